-- How many rows of each cut report which length, by day.
-- In: events_resolved, views_in, days.
WITH reported AS (
    SELECT coalesce(CAST("at" AS DATE), DATE '1970-01-01') AS day, episode, cut, duration_ms, count(*) AS n
    FROM events_resolved
    WHERE episode IS NOT NULL
    GROUP BY coalesce(CAST("at" AS DATE), DATE '1970-01-01'), episode, cut, duration_ms
    UNION ALL
    SELECT coalesce(CAST(started_at AS DATE), DATE '1970-01-01'), episode, cut, duration_ms, count(*)
    FROM views_in
    WHERE episode IS NOT NULL
    GROUP BY coalesce(CAST(started_at AS DATE), DATE '1970-01-01'), episode, cut, duration_ms
)
SELECT day, episode, cut, duration_ms, CAST(sum(n) AS BIGINT) AS n
FROM reported SEMI JOIN days USING (day)
GROUP BY day, episode, cut, duration_ms
ORDER BY day, episode, cut, duration_ms
