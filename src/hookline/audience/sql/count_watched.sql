-- What became of every imported stretch: (code, rows, example).  Stretches sent again in another file are set aside.
-- In: watched_in, watched_checked, watched, views.
SELECT 'rows' AS code, count(*) AS n, '' AS example FROM watched_in
UNION ALL
SELECT fault, sum(copies), min(example) FROM watched_checked WHERE fault IS NOT NULL GROUP BY fault
UNION ALL
SELECT 'sent_again', coalesce(sum(copies - n), 0), '' FROM watched_checked WHERE fault IS NULL
UNION ALL
SELECT note, sum(copies), min(example) FROM watched_checked WHERE fault IS NULL AND note IS NOT NULL GROUP BY note
UNION ALL
SELECT 'unplaced', count(*), ''
FROM views ANTI JOIN watched USING (view_id)
WHERE watched_ms > 0 AND abs(watched_ms - exit_ms) > 1000
