-- Exact distinct viewers of the series by where, on what and when they first started it.
-- In: viewers, this(series).
SELECT t.series, market, platform, day, count(*) AS viewers
FROM viewers CROSS JOIN this t
WHERE len(seen) > 0
GROUP BY ALL
