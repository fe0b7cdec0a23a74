-- What viewers of each group did, episode by episode: cohorts that began no later than $until.
-- In: given = steps.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    episode,
    sum(starters)::BIGINT AS starters,
    sum(finishers)::BIGINT AS finishers,
    sum(continued)::BIGINT AS continued
FROM given
WHERE day <= $until
GROUP BY ALL
ORDER BY episode
