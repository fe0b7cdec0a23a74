-- Imported stretches of content that were watched, each with its view, or the reason why it can't be used.
--
-- Equal rows of one file are repeats; the same row in several files is the same row: each stretch counts as often as
-- in the file that has it most often.  That makes importing a file twice, or overlapping exports, change nothing.
-- In: watched_in(filename, day of its view), views, sitting_of(sitting, day, view_id), cuts.
WITH counted AS (
    SELECT view_id, day, episode, from_ms, to_ms, filename, count(*) AS n
    FROM watched_in
    GROUP BY view_id, day, episode, from_ms, to_ms, filename
),
once AS (
    SELECT view_id, day, episode, from_ms, to_ms, max(n) AS n, sum(n)::BIGINT AS copies
    FROM counted
    GROUP BY view_id, day, episode, from_ms, to_ms
),
named AS (
    SELECT o.*, coalesce(s.view_id, o.view_id) AS of_view
    FROM once o LEFT JOIN sitting_of s ON s.sitting = o.view_id AND s.day = o.day AND (o.episode IS NULL OR s.episode = o.episode)
),
known AS (  -- few views have stretches of their own: pick those before joining
    SELECT * FROM views SEMI JOIN (SELECT DISTINCT of_view AS view_id FROM named) USING (view_id)
)
SELECT
    v.view_id, v.episode, v.cut, v.market, v.platform, o.day,
    greatest(0, o.from_ms // c.unit)::INTEGER AS from_ms,
    least(o.to_ms // c.unit, v.duration_ms)::INTEGER AS to_ms,
    o.n,
    o.copies,
    CASE
        WHEN v.view_id IS NULL THEN 'no_view'
        WHEN o.from_ms IS NULL OR o.to_ms IS NULL OR o.to_ms <= o.from_ms THEN 'empty_stretch'
        WHEN least(o.to_ms // c.unit, v.duration_ms) <= greatest(0, o.from_ms // c.unit) THEN 'outside'
    END AS fault,
    CASE WHEN o.from_ms < 0 THEN 'negative' WHEN o.to_ms // c.unit > v.duration_ms + 1000 THEN 'beyond' END AS note,
    coalesce(o.from_ms::VARCHAR, '?') || ' to ' || coalesce(o.to_ms::VARCHAR, '?') || ' ms' AS example
FROM named o
LEFT JOIN known v ON v.view_id = o.of_view AND CAST(v.started_at AS DATE) = o.day AND (o.episode IS NULL OR v.episode = o.episode)
LEFT JOIN cuts c ON c.episode = v.episode AND c.cut = v.cut
