-- One view for each viewer and cut, from events: its sittings merged.
--
-- exit_ms is the furthest position that any event other than a seek's target reports: where the viewer was known to
-- be.  A view completes by a complete event, or by playing to within 1 s of the end.  Market and platform are the
-- first event's.  `located` is false where no event ever gave a position: where the view ended is then unknown.
-- In: events_once, passes.
WITH told AS (
    SELECT
        viewer_id, episode, cut,
        min("at") AS started_at,
        min({'at': "at", 'market': place.market, 'platform': place.platform}) AS first,
        max(duration_ms) AS duration_ms,
        max(position_ms) FILTER (kind <> 'seek_to') AS furthest_ms,
        bool_or(kind = 'complete') AS ended,
        sum(copies)::BIGINT AS events
    FROM events_once
    WHERE turn < 9
    GROUP BY viewer_id, episode, cut
),
played AS (
    SELECT viewer_id, episode, cut, sum(to_ms - from_ms)::INTEGER AS watched_ms, max(to_ms) AS reached_ms
    FROM passes
    GROUP BY viewer_id, episode, cut
)
SELECT
    sha256(t.viewer_id || ' ' || t.episode || ' ' || t.cut)[:32] AS view_id,
    t.viewer_id,
    t.episode,
    t.cut,
    t.first.market AS market,
    t.first.platform AS platform,
    t.started_at,
    coalesce(t.furthest_ms, CASE WHEN t.ended THEN t.duration_ms END)::INTEGER AS exit_ms,
    coalesce(p.watched_ms, 0) AS watched_ms,
    t.ended OR coalesce(p.reached_ms >= t.duration_ms - 1000, false) AS completed,
    t.furthest_ms IS NOT NULL OR t.ended AS located,
    t.events
FROM told t LEFT JOIN played p USING (viewer_id, episode, cut)
