-- Which programs and seasons the rows name, and how many usable rows each; whether any row is simulated.
-- In: picked, fold(text).
SELECT program, fold(program) AS folded, season, n, simulated
FROM (
    SELECT program, season, count(*) FILTER (fault IS NULL) AS n, bool_or(simulated) AS simulated FROM picked GROUP BY program, season
)
