-- The cells by episode, market and second alone, for the models: all days and platforms together, and of the cuts only
-- those whose seconds are the same moments.
-- In: by_second.
SELECT
    series, episode, market, second,
    CAST(sum(starts) AS BIGINT) AS starts, CAST(sum(at_risk) AS BIGINT) AS at_risk, CAST(sum(exits) AS BIGINT) AS exits,
    CAST(sum(watched_ms) AS BIGINT) AS watched_ms, CAST(sum(rewatches) AS BIGINT) AS rewatches
FROM by_second
WHERE main
GROUP BY series, episode, market, second
