-- Distinct viewers of the series by the day or week ($period, weeks from Monday) in which they first started it.
-- In: given = cohorts.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    strftime(date_trunc($period, day), '%Y-%m-%d') AS cohort,
    sum(viewers)::BIGINT AS n
FROM given
GROUP BY ALL
