-- What was left out or mended, by reason, each with one example (the event whose id is least, so that the same
-- file always tells the same example).
SELECT
    code,
    count(*) AS n,
    CASE WHEN code <> 'not_json' THEN min(event_id) END AS event_id,
    arg_min(shown, event_id) AS example
FROM (
    SELECT
        unnest([fault, CASE WHEN fault IS NULL THEN note END, CASE WHEN fault IS NULL AND no_zone THEN 'no_zone' END]) AS code,
        event_id,
        {'event_name': event_name, 'raw_time': raw_time, 'program': program, 'season': season,
            'episode_text': episode_text, 'position_text': position_text} AS shown
    FROM segment_events
)
WHERE code IS NOT NULL
GROUP BY code
ORDER BY n DESC, code
