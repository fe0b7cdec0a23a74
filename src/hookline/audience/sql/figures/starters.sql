-- Distinct viewers who started each episode, as an action beside the others.
-- In: given = steps.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    episode,
    'starters' AS action,
    sum(starters)::BIGINT AS n
FROM given
WHERE $episode = 0 OR episode = $episode
GROUP BY ALL
