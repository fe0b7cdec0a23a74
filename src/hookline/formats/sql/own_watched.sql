-- Prepared stretches watched to the canonical table.
-- In: rows_in; series (parameter).
SELECT
    token(view_id) AS view_id,
    coalesce(series, $series) AS series,
    episode,
    coalesce("cut", '') AS "cut",
    coalesce(market, '') AS market,
    coalesce(platform, '') AS platform,
    from_ms,
    to_ms
FROM rows_in
WHERE view_id IS NOT NULL AND from_ms IS NOT NULL AND to_ms IS NOT NULL
