-- What each viewer paid on a day, by episode and currency.
-- In: steps_raw(day).
SELECT
    CAST(CAST(coalesce(
        TRY_CAST('0x' || left(viewer_id, 16) AS UBIGINT), CAST('0x' || left(sha256(viewer_id), 16) AS UBIGINT)
    ) AS HUGEINT) - 9223372036854775808 AS BIGINT) AS viewer,
    day, episode, coalesce(currency, '') AS currency,
    count(*) AS unlocks, count(price_micros) AS payments, CAST(coalesce(sum(price_micros), 0) AS BIGINT) AS revenue_micros
FROM steps_raw
WHERE event = 'unlocked'
GROUP BY viewer_id, day, episode, coalesce(currency, '')
