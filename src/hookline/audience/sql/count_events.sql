-- What became of every event: (day, code, rows, example).  By the day of the event; what is told of a view or of a sitting,
-- by the view's day.
-- In: events_checked, sittings_told, views_of_events, impossible, days.
WITH ends AS (
    SELECT coalesce(CAST("at" AS DATE), DATE '1970-01-01') AS day, fault, note, count(*) AS n, min(CASE WHEN fault IS NOT NULL OR note IS NOT NULL THEN example END) AS example
    FROM events_checked
    GROUP BY coalesce(CAST("at" AS DATE), DATE '1970-01-01'), fault, note
),
seen AS (
    SELECT e.* FROM ends e SEMI JOIN days USING (day)
)
SELECT day, 'rows' AS code, sum(n) AS n, '' AS example FROM seen GROUP BY day
UNION ALL
SELECT day, fault, sum(n), min(example) FROM seen WHERE fault IS NOT NULL GROUP BY day, fault
UNION ALL
SELECT day, note, sum(n), min(example) FROM seen WHERE fault IS NULL AND note IS NOT NULL GROUP BY day, note
UNION ALL
SELECT day, 'sent_again', sum(again), '' FROM sittings_told GROUP BY day
UNION ALL
SELECT day, 'no_position', sum(events), '' FROM views_of_events WHERE NOT located GROUP BY day
UNION ALL
SELECT v.day, 'impossible', sum(v.events), min(i.example)
FROM views_of_events v JOIN impossible i ON i.viewer_id = v.viewer_id AND i.day = v.day
WHERE v.located
GROUP BY v.day
UNION ALL
SELECT day, 'zero_length', count(*), '' FROM views_of_events WHERE located AND exit_ms = 0 GROUP BY day
