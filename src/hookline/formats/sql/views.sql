-- Picked views to canonical views.
-- A view is completed where its source says so, or where it came to within 1 s of the end.
-- In: picked, chosen, countries, this.
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN v.program <> c.program AND fold(v.program) <> fold(c.program) THEN 'other_program'
        WHEN v.season <> c.season THEN 'other_season'
        WHEN episode_text IS NOT NULL AND try_cast(regexp_extract(episode_text, '(\d+)\D*$', 1) AS INTEGER) IS NULL THEN 'bad_episode'
        WHEN episode_text IS NULL AND asset IS NULL AND cut_id IS NULL THEN 'no_episode'
        WHEN exit_ms IS NULL OR NOT abs(exit_ms) < 1e9 THEN 'no_exit'
    END AS fault,
    NULL::VARCHAR AS note,
    zoneless(raw_time) AS no_zone,
    NULL::VARCHAR AS event_name,
    raw_time,
    v.program,
    v.season,
    episode_text,
    position_text,
    event_id,
    event_id AS view_id,
    viewer_id,
    t.series,
    try_cast(regexp_extract(episode_text, '(\d+)\D*$', 1) AS INTEGER) AS episode,
    coalesce(cut_id, asset, '') AS cut,
    coalesce(CASE WHEN length(place) = 2 THEN upper(place) END, k.code, place, '') AS market,
    platform,
    "at" AS started_at,
    CASE WHEN duration_ms BETWEEN 1 AND 1e9 THEN round(duration_ms)::INTEGER END AS duration_ms,
    CASE WHEN abs(exit_ms) < 1e9 THEN greatest(0, round(exit_ms))::INTEGER END AS exit_ms,
    CASE WHEN watched_ms BETWEEN 0 AND 1e9 THEN round(watched_ms)::INTEGER END AS watched_ms,
    coalesce(completed, exit_ms >= duration_ms - 1000, false) AS completed,
    NULL::INTEGER AS entry_ms
FROM picked v
CROSS JOIN chosen c
CROSS JOIN this t
LEFT JOIN countries k ON k.name = lower(v.place)
