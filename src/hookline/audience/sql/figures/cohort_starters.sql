-- Who started each episode, by the day or week ($period, weeks from Monday) in which they first started the series.
-- In: given = steps.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    strftime(date_trunc($period, day), '%Y-%m-%d') AS cohort,
    episode,
    sum(starters)::BIGINT AS n
FROM given
GROUP BY ALL
HAVING sum(starters) > 0
ORDER BY episode
