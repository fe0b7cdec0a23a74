-- Which view each merged sitting went into; a sitting that isn't here is its view.
-- In: views_merged.
SELECT unnest(sittings) AS sitting, episode, day, view_id FROM views_merged
