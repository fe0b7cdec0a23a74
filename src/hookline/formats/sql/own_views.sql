-- Prepared views to the canonical table; ids become pseudonyms.  A view without an id of its own gets one.
-- In: rows_in; series (parameter).
WITH names AS MATERIALIZED (  -- each viewer is hashed once, not once a view
    SELECT viewer_id AS raw_id, pseudonym(viewer_id) AS name FROM (SELECT DISTINCT viewer_id FROM rows_in)
)
SELECT
    token(coalesce(view_id, viewer_id || ' ' || coalesce(episode, 0) || ' ' || coalesce("cut", '') || ' ' || started_at)) AS view_id,
    name AS viewer_id,
    coalesce(series, $series) AS series,
    episode,
    coalesce("cut", '') AS "cut",
    coalesce(market, '') AS market,
    coalesce(platform, '') AS platform,
    started_at,
    duration_ms,
    exit_ms,
    watched_ms,
    completed,
    entry_ms
FROM rows_in JOIN names ON raw_id = viewer_id
WHERE viewer_id IS NOT NULL AND started_at IS NOT NULL
