-- The canonical steps.
-- In: steps_checked, this(series).
SELECT viewer_id, t.series, episode, event, "at", price_micros, currency
FROM steps_checked CROSS JOIN this t
WHERE fault IS NULL
