-- Exact distinct viewers of the series by where, on what and when they first started it.
-- In: people_counted, places.
SELECT
    p.market, p.platform, DATE '1970-01-01' + CAST(floor(c.cohort / 65536) AS INTEGER) AS day,
    CAST(sum(c.viewers) AS BIGINT) AS viewers
FROM people_counted c JOIN places p ON p.place = c.cohort % 65536
WHERE c.viewed
GROUP BY p.market, p.platform, c.cohort
