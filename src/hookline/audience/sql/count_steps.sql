-- What became of every step, imported or from events (whose own faults are counted with the events).
-- In: steps_in, steps_checked, events_once.
SELECT 'rows' AS code, count(*) AS n, '' AS example FROM steps_in
UNION ALL
SELECT fault, sum(copies), min(example) FROM steps_checked WHERE fault IS NOT NULL GROUP BY fault
UNION ALL
SELECT 'sent_again', coalesce(sum(copies - 1), 0), '' FROM steps_checked WHERE fault IS NULL
UNION ALL
SELECT 'no_offer', count(*), min('episode ' || episode) FROM (
    SELECT viewer_id, episode
    FROM steps_checked
    WHERE fault IS NULL AND event IN ('offered', 'unlocked', 'ad_unlocked')
    GROUP BY viewer_id, episode
    HAVING NOT bool_or(event = 'offered')
)
