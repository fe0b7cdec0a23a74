-- Every usable sitting: imported views, and the views that events make.
-- In: views_checked, views_of_events, cuts.
SELECT view_id, viewer_id, CAST(started_at AS DATE) AS day, episode, cut, cut_number, market, platform, started_at,
    duration_ms, CASE WHEN exit_ms IS NULL THEN duration_ms ELSE exit_ms END AS exit_ms, watched_ms, completed, entry_ms
FROM views_checked
WHERE fault IS NULL
UNION ALL
SELECT v.view_id, v.viewer_id, v.day, v.episode, v.cut, c.number, v.market, v.platform, v.started_at,
    CAST(c.duration_ms AS INTEGER), v.exit_ms, v.watched_ms, v.completed, v.entry_ms
FROM views_of_events v JOIN cuts c USING (episode, cut)
WHERE v.located
