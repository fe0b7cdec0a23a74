-- Exact distinct viewers of the series by where, on what and when they first started it.
-- In: cohort_sums, this(series).
SELECT t.series, market, platform, day, viewers FROM cohort_sums CROSS JOIN this t
