-- What became of every event: (day, code, rows, example).  By the day of the event; what is told of a view, by the
-- view's day.
-- In: events_checked, events_once, events_placed, views_of_events, impossible, days.
WITH checked AS (
    SELECT coalesce(CAST("at" AS DATE), DATE '1970-01-01') AS day, fault, note, example FROM events_checked
),
seen AS (
    SELECT c.* FROM checked c SEMI JOIN days USING (day)
)
SELECT day, 'rows' AS code, count(*) AS n, '' AS example FROM seen GROUP BY day
UNION ALL
SELECT day, fault, count(*), min(example) FROM seen WHERE fault IS NOT NULL GROUP BY day, fault
UNION ALL
SELECT day, note, count(*), min(example) FROM seen WHERE fault IS NULL AND note IS NOT NULL GROUP BY day, note
UNION ALL
SELECT day, 'sent_again', sum(copies - 1), ''
FROM (SELECT CAST("at" AS DATE) AS day, copies FROM events_once WHERE turn <= 12) o SEMI JOIN days USING (day)
GROUP BY day
UNION ALL
SELECT day, 'no_position', count(*), ''
FROM events_placed ANTI JOIN (SELECT viewer_id, episode, cut, day FROM views_of_events WHERE located) v
    USING (viewer_id, episode, cut, day)
GROUP BY day
UNION ALL
SELECT p.day, 'impossible', count(*), min(i.example)
FROM events_placed p
JOIN (SELECT viewer_id, episode, cut, day FROM views_of_events WHERE located) v USING (viewer_id, episode, cut, day)
JOIN impossible i ON i.viewer_id = p.viewer_id AND i.day = p.day
GROUP BY p.day
UNION ALL
SELECT day, 'zero_length', count(*), '' FROM views_of_events WHERE located AND exit_ms = 0 GROUP BY day
