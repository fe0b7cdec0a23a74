-- What became of every event: (code, rows, example).
-- In: events_checked, events_once, views_of_events, cuts.
SELECT 'rows' AS code, count(*) AS n, '' AS example FROM events_checked
UNION ALL
SELECT fault, count(*), min(example) FROM events_checked WHERE fault IS NOT NULL GROUP BY fault
UNION ALL
SELECT 'sent_again', coalesce(sum(copies - 1), 0), '' FROM events_once WHERE turn < 9
UNION ALL
SELECT 'no_position', coalesce(sum(kept), 0), '' FROM (
    SELECT count(*) AS kept
    FROM events_once e JOIN views_of_events v USING (viewer_id, episode, cut)
    WHERE e.turn < 9 AND NOT v.located
)
UNION ALL
SELECT note, count(*), min(example) FROM events_checked WHERE fault IS NULL AND note IS NOT NULL GROUP BY note
UNION ALL
SELECT 'zero_length', count(*), '' FROM views_of_events WHERE located AND exit_ms = 0
UNION ALL
SELECT
    'own_length', count(*),
    min('episode ' || episode || ', cut ' || cut || ': ' || duration_ms || ' ms, not ' || episode_ms || ' ms')
FROM cuts
WHERE duration_ms <> episode_ms
