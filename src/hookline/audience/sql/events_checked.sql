-- Events with the reason why they can't be used (fault), or what was mended (note); positions inside the cut.
--
--   sitting   a number for viewer, session and cut: what belongs together is found and sorted by it, not by three texts
--   id        a number for the event's id and its UTC day
-- Both are 64 bits of a hash and live within one batch of days.  That two sittings among ten million share one has a
-- chance of 1 in 370,000; ids that share one are told apart before anything is thrown away (events_once).
-- In: events_resolved, cuts, testers(viewer_id), this(series), second_best.
SELECT
    hash(e.viewer_id, e.session_id, c.number) AS sitting,
    hash(e.event_id, CAST(e."at" AS DATE)) AS id,
    e.event_id,
    e.session_id,
    e.viewer_id,
    e.episode,
    e.cut,
    c.number AS cut_number,
    e.market,
    e.platform,
    e."at",
    e.kind,
    CASE e.kind  -- order of events that carry the same time; 2 to 10 are play, 20 are steps
        WHEN 'playing' THEN 7 WHEN 'start' THEN 5 WHEN 'complete' THEN 2 WHEN 'exit' THEN 10 WHEN 'pause' THEN 8 WHEN 'resume' THEN 6
        WHEN 'seek_from' THEN 3 WHEN 'seek_to' THEN 4 WHEN 'interrupt' THEN 9
        WHEN 'ad_end' THEN 0 WHEN 'shown' THEN 1 WHEN 'ad_start' THEN 11 WHEN 'hidden' THEN 12
        WHEN 'offered' THEN 20 WHEN 'unlocked' THEN 20 WHEN 'ad_unlocked' THEN 20 WHEN 'shared' THEN 20 WHEN 'liked' THEN 20
        WHEN 'commented' THEN 20 WHEN 'clicked' THEN 20 WHEN 'converted' THEN 20
    END AS turn,
    -- least() would take a missing position for the end
    CASE WHEN e.position_ms IS NOT NULL AND k.session_id IS NULL THEN greatest(0, least(e.position_ms // c.unit, c.duration_ms)) END AS position_ms,
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
        WHEN c.number IS NULL THEN 'unknown_episode'
    END AS fault,
    CASE
        WHEN k.session_id IS NOT NULL THEN 'second_best'
        WHEN c.unit <> 1 THEN 'milliseconds'
        WHEN e.position_ms < 0 THEN 'negative'
        WHEN e.position_ms > c.duration_ms + 1000 THEN 'beyond'
    END AS note,
    CASE
        WHEN e.series <> t.series THEN e.series
        WHEN c.number IS NULL THEN 'episode ' || coalesce(CAST(e.episode AS VARCHAR), '?') || ', cut ' || e.cut
        ELSE 'episode ' || e.episode || ' at ' || e.position_ms || ' ms'
    END AS example
FROM events_resolved e
CROSS JOIN this t
LEFT JOIN testers x ON x.viewer_id = e.viewer_id
LEFT JOIN cuts c ON c.episode = e.episode AND c.cut = e.cut
LEFT JOIN second_best k
    -- nearly all rows have no clock but the content's, and nothing to look for
    ON k.session_id = CASE WHEN e.clock IN ('ads', 'moment') AND e.position_ms IS NOT NULL THEN e.session_id END
    AND k.viewer_id = e.viewer_id AND k.day = CAST(e."at" AS DATE)
