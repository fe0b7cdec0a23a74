-- The cells of some days without their days, and in how many of those days each of them is.
-- In: cells_of_days.
SELECT
    episode, cut, market, platform, second,
    CAST(sum(starts) AS BIGINT) AS starts, CAST(sum(at_risk) AS BIGINT) AS at_risk, CAST(sum(exits) AS BIGINT) AS exits,
    CAST(sum(watched_ms) AS BIGINT) AS watched_ms, CAST(sum(rewatches) AS BIGINT) AS rewatches, count(*) AS days
FROM cells_of_days
GROUP BY episode, cut, market, platform, second
