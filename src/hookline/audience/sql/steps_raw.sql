-- The canonical steps.
-- In: steps_checked, this(series).
SELECT viewer_id, t.series, episode, event, "at", price_micros, currency, CAST("at" AS DATE) AS day
FROM steps_checked CROSS JOIN this t
WHERE fault IS NULL
