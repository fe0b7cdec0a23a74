-- What became of every imported stretch: (day, code, rows, example).  Stretches sent again in another file are set aside.
-- In: watched_in(day), watched_checked(day), watched, views.
SELECT day, 'rows' AS code, count(*) AS n, '' AS example FROM watched_in GROUP BY day
UNION ALL
SELECT day, fault, sum(copies), min(example) FROM watched_checked WHERE fault IS NOT NULL GROUP BY day, fault
UNION ALL
SELECT day, 'sent_again', sum(copies - n), '' FROM watched_checked WHERE fault IS NULL GROUP BY day
UNION ALL
SELECT day, note, sum(copies), min(example) FROM watched_checked WHERE fault IS NULL AND note IS NOT NULL GROUP BY day, note
UNION ALL
SELECT CAST(started_at AS DATE), 'unplaced', count(*), ''
FROM views ANTI JOIN watched USING (view_id)
WHERE watched_ms > 0 AND abs(watched_ms - (exit_ms - coalesce(entry_ms, 0))) > 1000
GROUP BY CAST(started_at AS DATE)
