-- Exact distinct viewers of the series by where, on what and when they first started it.
-- In: viewer_days, places.
WITH firsts AS (
    SELECT viewer, min(first) AS cohort FROM viewer_days WHERE first IS NOT NULL GROUP BY viewer
)
SELECT
    p.market, p.platform, DATE '1970-01-01' + CAST(floor(f.cohort / 65536) AS INTEGER) AS day, count(*) AS viewers
FROM firsts f JOIN places p ON p.place = f.cohort % 65536
GROUP BY p.market, p.platform, f.cohort
