-- What became of every imported view: (code, rows, example).
-- In: views_checked, views_merged.
SELECT 'rows' AS code, count(*) AS n, '' AS example FROM views_checked
UNION ALL
SELECT fault, count(*), min(example) FROM views_checked WHERE fault IS NOT NULL GROUP BY fault
UNION ALL
SELECT 'sent_again', coalesce(sum(sent_again), 0), '' FROM views_merged
UNION ALL
SELECT note, count(*), min(example) FROM views_checked WHERE fault IS NULL AND note IS NOT NULL GROUP BY note
UNION ALL
SELECT 'zero_length', count(*), '' FROM views_checked WHERE fault IS NULL AND exit_ms = 0
UNION ALL
SELECT 'merged', coalesce(sum(len(sittings)) FILTER (len(sittings) > 1), 0), '' FROM views_merged
