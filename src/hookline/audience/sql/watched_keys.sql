-- A key of each day's imported stretches, whatever their order and whichever engine adds it up: (day, rows, key).
-- In: watched_dated(day).
SELECT day, count(*) AS n, CAST(sum(CAST(CAST('0x' || left(sha256(
    coalesce(view_id, '') || ' ' || coalesce(CAST(episode AS VARCHAR), '') || ' ' || coalesce(CAST(from_ms AS VARCHAR), '') || ' '
    || coalesce(CAST(to_ms AS VARCHAR), '')
), 8) AS UBIGINT) AS BIGINT)) AS BIGINT) AS told
FROM watched_dated
GROUP BY day
ORDER BY day
