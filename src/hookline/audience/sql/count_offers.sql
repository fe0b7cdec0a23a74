-- Viewers' unlocks without an offer: (code, rows, example).
-- In: step_sums.
SELECT
    'no_offer' AS code, coalesce(CAST(sum(unoffered) AS BIGINT), 0) AS n,
    coalesce(min(CASE WHEN unoffered > 0 THEN 'episode ' || episode END), '') AS example
FROM step_sums
