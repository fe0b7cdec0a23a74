-- One view for each viewer, cut and day, from events: its sittings merged.
--
-- exit_ms is the furthest position that any event other than a seek's target reports: where the viewer was known to
-- be.  A view completes by a complete event, or by playing to within 1 s of the end.  What is told inside an
-- advertisement or while the player is hidden is neither.  Market and platform are the first event's.  `located` is
-- false where play never began, or no event gave a position: where the view ended is then unknown.
-- In: events_placed, passes.
WITH told AS (
    SELECT
        viewer_id, episode, cut, day,
        min("at") AS started_at,
        min({'at': "at", 'market': place.market, 'platform': place.platform}) AS first,
        max(duration_ms) AS duration_ms,
        max(CASE WHEN kind <> 'seek_to' AND NOT in_ad AND NOT unseen THEN position_ms END) AS furthest_ms,
        bool_or(kind = 'complete' AND NOT in_ad AND NOT unseen) AS ended,
        bool_or(turn BETWEEN 2 AND 10) AS began
    FROM events_placed
    GROUP BY viewer_id, episode, cut, day
),
played AS (
    SELECT viewer_id, episode, cut, day, CAST(sum(to_ms - from_ms) AS INTEGER) AS watched_ms, max(to_ms) AS reached_ms
    FROM passes
    GROUP BY viewer_id, episode, cut, day
)
SELECT
    left(sha256(t.viewer_id || ' ' || t.episode || ' ' || t.cut || ' ' || t.day), 32) AS view_id,
    t.viewer_id,
    t.episode,
    t.cut,
    t.day,
    t.first.market AS market,
    t.first.platform AS platform,
    t.started_at,
    CAST(coalesce(t.furthest_ms, CASE WHEN t.ended THEN t.duration_ms END) AS INTEGER) AS exit_ms,
    coalesce(p.watched_ms, 0) AS watched_ms,
    t.ended OR coalesce(p.reached_ms >= t.duration_ms - 1000, false) AS completed,
    t.began AND (t.furthest_ms IS NOT NULL OR t.ended) AS located
FROM told t LEFT JOIN played p USING (viewer_id, episode, cut, day)
