-- Distinct viewers by episode and what they did besides watching.
-- In: given = actions.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    episode,
    action,
    sum(viewers)::BIGINT AS n
FROM given
WHERE $episode = 0 OR episode = $episode
GROUP BY ALL
