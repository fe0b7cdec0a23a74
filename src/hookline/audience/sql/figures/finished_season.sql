-- Of each episode's finishers, who finished the season's last one too: cohorts that began no later than $until.
-- In: given = season.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    episode,
    sum(finished_season)::BIGINT AS n
FROM given
WHERE day <= $until
GROUP BY ALL
