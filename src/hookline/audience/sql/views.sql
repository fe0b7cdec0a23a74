-- The canonical views: each viewer's one view of each cut on each day.
--
-- A completed view ends at the cut's end; another ended before the cut's last millisecond.
-- In: sittings, views_several, views_merged, this(series).
WITH single AS (
    SELECT s.view_id, s.viewer_id, s.episode, s.cut, s.market, s.platform, s.started_at, s.duration_ms, s.exit_ms,
        s.watched_ms, s.completed, coalesce(s.entry_ms, 0) AS entry_ms
    FROM sittings s ANTI JOIN views_several m USING (viewer_id)
    UNION ALL
    SELECT view_id, viewer_id, episode, cut, first.market, first.platform, first."at", duration_ms, exit_ms,
        watched_ms, completed, first.entry_ms
    FROM views_merged
)
SELECT
    view_id, viewer_id, t.series, episode, cut, coalesce(market, '') AS market, coalesce(platform, '') AS platform,
    started_at, duration_ms,
    CASE WHEN completed THEN duration_ms ELSE least(exit_ms, duration_ms - 1) END AS exit_ms,
    watched_ms, completed, least(entry_ms, CASE WHEN completed THEN duration_ms ELSE exit_ms END, duration_ms - 1) AS entry_ms,
    CAST(started_at AS DATE) AS day
FROM single CROSS JOIN this t
