-- Events with the reason why they can't be used (fault), or what was mended (note); positions inside the cut.
-- In: events_resolved, cuts, episodes, testers(viewer_id), this(series).
SELECT
    e.event_id,
    e.session_id,
    e.viewer_id,
    e.episode,
    e.cut,
    e.market,
    e.platform,
    e."at",
    e.kind,
    CASE e.kind  -- order of events that carry the same time; 2 to 10 are play, 20 are steps
        WHEN 'ad_end' THEN 0 WHEN 'shown' THEN 1
        WHEN 'complete' THEN 2 WHEN 'seek_from' THEN 3 WHEN 'seek_to' THEN 4 WHEN 'start' THEN 5 WHEN 'resume' THEN 6
        WHEN 'playing' THEN 7 WHEN 'pause' THEN 8 WHEN 'interrupt' THEN 9 WHEN 'exit' THEN 10
        WHEN 'ad_start' THEN 11 WHEN 'hidden' THEN 12 ELSE 20
    END AS turn,
    -- least() would take a missing position for the end
    CASE WHEN e.position_ms IS NOT NULL THEN greatest(0, least(e.position_ms // c.unit, c.duration_ms)) END AS position_ms,
    c.duration_ms,
    e.price_micros,
    e.currency,
    CASE
        WHEN e.viewer_id IS NULL OR e.viewer_id = '' THEN 'no_viewer'
        WHEN e."at" IS NULL OR e."at" NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
        WHEN e.series <> t.series THEN 'other_series'
        WHEN e.agent = 'bot' THEN 'bot'
        WHEN e.agent = 'tester' OR x.viewer_id IS NOT NULL THEN 'tester'
        WHEN e.kind IS NULL OR e.kind NOT IN (
            'start', 'playing', 'pause', 'resume', 'interrupt', 'seek_from', 'seek_to', 'complete', 'exit',
            'ad_start', 'ad_end', 'hidden', 'shown', 'offered', 'unlocked', 'ad_unlocked', 'shared', 'liked', 'commented', 'clicked', 'converted'
        ) THEN 'unknown_kind'
        WHEN e.episode IS NULL THEN 'no_episode'
        WHEN p.episode IS NULL THEN 'unknown_episode'
    END AS fault,
    CASE
        WHEN c.unit <> 1 THEN 'milliseconds'
        WHEN e.position_ms < 0 THEN 'negative'
        WHEN e.position_ms > c.duration_ms + 1000 THEN 'beyond'
    END AS note,
    CASE
        WHEN e.series <> t.series THEN e.series
        WHEN p.episode IS NULL THEN 'episode ' || coalesce(e.episode::VARCHAR, '?') || ', cut ' || e.cut
        ELSE 'episode ' || e.episode || ' at ' || e.position_ms || ' ms'
    END AS example
FROM events_resolved e
CROSS JOIN this t
LEFT JOIN episodes p ON p.episode = e.episode
LEFT JOIN testers x ON x.viewer_id = e.viewer_id
LEFT JOIN cuts c ON c.episode = e.episode AND c.cut = e.cut
