-- What became of every imported view: (day, code, rows, example).
-- In: views_checked, views_merged, impossible.
WITH checked AS (
    SELECT
        coalesce(CAST(v.started_at AS DATE), DATE '1970-01-01') AS day,
        CASE WHEN v.fault IS NULL AND i.viewer_id IS NOT NULL THEN 'impossible' ELSE v.fault END AS fault,
        v.note, v.exit_ms,
        CASE WHEN v.fault IS NULL AND i.viewer_id IS NOT NULL THEN i.example ELSE v.example END AS example
    FROM views_checked v
    LEFT JOIN impossible i ON i.viewer_id = v.viewer_id AND i.day = CAST(v.started_at AS DATE)
)
SELECT day, 'rows' AS code, count(*) AS n, '' AS example FROM checked GROUP BY day
UNION ALL
SELECT day, fault, count(*), min(example) FROM checked WHERE fault IS NOT NULL GROUP BY day, fault
UNION ALL
SELECT day, 'sent_again', sum(sent_again), '' FROM views_merged GROUP BY day
UNION ALL
SELECT day, note, count(*), min(example) FROM checked WHERE fault IS NULL AND note IS NOT NULL GROUP BY day, note
UNION ALL
SELECT day, 'zero_length', count(*), '' FROM checked WHERE fault IS NULL AND exit_ms = 0 GROUP BY day
UNION ALL
SELECT day, 'merged', sum(n), '' FROM (SELECT day, array_length(sittings) AS n FROM views_merged) m WHERE n > 1 GROUP BY day
