-- Distinct viewers of the series: cohorts that began no later than $until; as of episode 0.
-- In: given = cohorts.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    0 AS episode,
    sum(viewers)::BIGINT AS n
FROM given
WHERE day <= $until
GROUP BY ALL
