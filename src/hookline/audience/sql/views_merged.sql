-- The views of viewers with several rows of a cut, and which sittings each is made of.
--
-- Rows of one view_id are the same sitting told more than once: the furthest of them stands.  Sittings of one viewer
-- with one cut on one day are one view: the furthest exit, the time watched added up, the first one's market and
-- platform.
-- In: sittings, views_several, impossible.
WITH again AS (
    SELECT s.*
    FROM sittings s SEMI JOIN views_several m USING (viewer_id) ANTI JOIN impossible i USING (viewer_id, day)
),
once AS (
    SELECT
        view_id, viewer_id, day, episode, cut,
        min({'at': started_at, 'market': market, 'platform': platform, 'entry_ms': coalesce(entry_ms, 0)}) AS first,
        max(exit_ms) AS exit_ms, max(watched_ms) AS watched_ms, bool_or(completed) AS completed,
        max(duration_ms) AS duration_ms, count(*) AS copies
    FROM again
    GROUP BY view_id, viewer_id, day, episode, cut
)
SELECT
    viewer_id, day, episode, cut,
    min(view_id) AS view_id,
    list(view_id ORDER BY view_id) AS sittings,
    min(first) AS first,
    max(exit_ms) AS exit_ms,
    CAST(sum(watched_ms) AS INTEGER) AS watched_ms,
    bool_or(completed) AS completed,
    max(duration_ms) AS duration_ms,
    CAST(sum(copies - 1) AS BIGINT) AS sent_again
FROM once
GROUP BY viewer_id, day, episode, cut
