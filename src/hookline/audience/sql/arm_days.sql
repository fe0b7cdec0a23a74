-- Sums by cut and day over the viewers whose outcomes are in, one row for each metric.  Additive.  All in whole numbers,
-- so that no order of adding changes a digit.
-- In: shown.
WITH told AS (
    SELECT cut, day, x, 'continuation' AS metric, continuation AS y FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'completion', completion FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'unlock', unlock FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'revenue', revenue FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'watch', watch FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'click', click FROM shown WHERE ready
    UNION ALL SELECT cut, day, x, 'conversion', conversion FROM shown WHERE ready
)
SELECT
    metric, cut, day, count(*) AS n, sum(y) AS y, sum(y::HUGEINT * y) AS yy, sum(x) AS x, sum(x::HUGEINT * x) AS xx,
    sum(x::HUGEINT * y) AS xy
FROM told
GROUP BY metric, cut, day
ORDER BY metric, cut, day
