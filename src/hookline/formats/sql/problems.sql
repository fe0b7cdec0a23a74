-- What was left out or mended, by reason, each with one example (the row whose id is least, so that the same
-- file always tells the same example).
-- In: final (a table's last query).
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
    FROM final
    WHERE fault IS NOT NULL OR note IS NOT NULL OR no_zone
)
WHERE code IS NOT NULL
GROUP BY code
ORDER BY n DESC, code
