-- Views as they came, with the reason why they can't be used (fault), or what was mended (note); the exit inside
-- the cut.  A view that didn't complete ended before the cut's last millisecond.
-- In: views_in, cuts, episodes, testers(viewer_id), this(series).
SELECT
    v.view_id,
    v.viewer_id,
    v.episode,
    v.cut,
    c.number AS cut_number,
    v.market,
    v.platform,
    v.started_at,
    c.duration_ms::INTEGER AS duration_ms,
    coalesce(v.completed, false) OR v.exit_ms // c.unit >= c.duration_ms - 1000 AS completed,
    greatest(0, least(v.exit_ms // c.unit, c.duration_ms))::INTEGER AS exit_ms,
    greatest(0, coalesce(v.watched_ms // c.unit, least(v.exit_ms // c.unit, c.duration_ms)))::INTEGER AS watched_ms,
    CAST(greatest(0, v.entry_ms // c.unit) AS INTEGER) AS entry_ms,
    CASE
        WHEN v.viewer_id IS NULL OR v.viewer_id = '' THEN 'no_viewer'
        WHEN v.started_at IS NULL OR v.started_at NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01'
            THEN 'no_time'
        WHEN v.series <> t.series THEN 'other_series'
        WHEN x.viewer_id IS NOT NULL THEN 'tester'
        WHEN v.episode IS NULL THEN 'no_episode'
        WHEN e.episode IS NULL THEN 'unknown_episode'
        WHEN v.exit_ms IS NULL AND NOT coalesce(v.completed, false) THEN 'no_exit'
    END AS fault,
    CASE
        WHEN c.unit <> 1 THEN 'milliseconds'
        WHEN v.exit_ms < 0 THEN 'negative'
        WHEN v.exit_ms > c.duration_ms + 1000 THEN 'beyond'
    END AS note,
    CASE
        WHEN v.series <> t.series THEN v.series
        ELSE 'episode ' || coalesce(v.episode::VARCHAR, '?') || ' left at ' || coalesce(v.exit_ms::VARCHAR, '?') || ' ms'
    END AS example
FROM views_in v
CROSS JOIN this t
LEFT JOIN testers x ON x.viewer_id = v.viewer_id
LEFT JOIN episodes e ON e.episode = v.episode
LEFT JOIN cuts c ON c.episode = v.episode AND c.cut = v.cut
