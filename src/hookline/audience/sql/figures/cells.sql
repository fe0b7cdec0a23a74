-- The cells of each episode and group, in order of second.
--
-- $market, $platform and $cut say which dimensions are asked for; another is '' in every row, so its groups add up.
-- Without cuts only whole cuts of the most viewed length count (`main`): another cut's seconds are other moments.
-- In: given = by_second.
SELECT
    episode,
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    CASE WHEN $cut THEN cut ELSE '' END AS cut,
    second,
    sum(starts)::BIGINT AS starts,
    sum(at_risk)::BIGINT AS at_risk,
    sum(exits)::BIGINT AS exits,
    sum(watched_ms)::BIGINT AS watched_ms,
    sum(rewatches)::BIGINT AS rewatches
FROM given
WHERE ($episode = 0 OR episode = $episode) AND ($cut OR main)
GROUP BY ALL
ORDER BY 2, 3, 4, episode, second
