-- What became of every step, imported or from events (whose own faults are counted with the events): (day, code, rows,
-- example).
-- In: steps_in, steps_checked, days.
WITH checked AS (
    SELECT coalesce(CAST("at" AS DATE), DATE '1970-01-01') AS day, fault, copies, example FROM steps_checked
)
SELECT coalesce(CAST("at" AS DATE), DATE '1970-01-01') AS day, 'rows' AS code, count(*) AS n, '' AS example
FROM steps_in
GROUP BY coalesce(CAST("at" AS DATE), DATE '1970-01-01')
UNION ALL
SELECT day, fault, sum(copies), min(example) FROM checked WHERE fault IS NOT NULL GROUP BY day, fault
UNION ALL
SELECT day, 'sent_again', sum(copies - 1), '' FROM checked WHERE fault IS NULL GROUP BY day
