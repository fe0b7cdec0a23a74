-- One view for each viewer, cut and day, from events: its sittings merged.
--
-- entry_ms is the position of its first event that has one: who comes back on another day and goes on in the middle was
-- not there to leave before it.
-- exit_ms is the furthest position that any event other than a seek's target reports: where the viewer was known to
-- be.  A view completes by a complete event, or by playing to within 1 s of the end.  What is told inside an
-- advertisement or while the player is hidden is neither.  Market and platform are the first event's.  `located` is
-- false where play never began, or no event gave a position: where the view ended is then unknown.
-- In: sittings_told, cuts, event_places.
WITH told AS (
    SELECT
        viewer_id, cut_number, day,
        min(started_at) AS started_at, min(first) % 16777216 AS place, min(entry) % 33554432 AS entry_ms,
        max(furthest_ms) AS furthest_ms, bool_or(ended) AS ended, bool_or(began) AS began,
        CAST(sum(watched_ms) AS INTEGER) AS watched_ms, max(to_ms) AS reached_ms, CAST(sum(events) AS BIGINT) AS events
    FROM sittings_told
    GROUP BY viewer_id, cut_number, day
)
SELECT
    left(sha256(t.viewer_id || ' ' || c.episode || ' ' || c.cut || ' ' || t.day), 32) AS view_id,
    t.viewer_id,
    c.episode,
    c.cut,
    t.day,
    p.market,
    p.platform,
    t.started_at,
    CAST(coalesce(t.furthest_ms, CASE WHEN t.ended THEN c.duration_ms END) AS INTEGER) AS exit_ms,
    t.watched_ms,
    t.ended OR coalesce(t.reached_ms >= c.duration_ms - 1000, false) AS completed,
    CAST(t.entry_ms AS INTEGER) AS entry_ms,
    t.began AND (t.furthest_ms IS NOT NULL OR t.ended) AS located,
    t.events
FROM told t
JOIN cuts c ON c.number = t.cut_number
JOIN event_places p ON p.place = t.place
