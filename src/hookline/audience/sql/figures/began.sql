-- Distinct viewers of the series by the day (in days since 1970) on which they began.
-- In: given = cohorts.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    date_diff('day', DATE '1970-01-01', day) AS day,
    sum(viewers)::BIGINT AS n
FROM given
GROUP BY ALL
