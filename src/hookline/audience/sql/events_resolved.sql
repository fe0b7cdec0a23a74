-- Events whose player named no episode or no cut, completed from what all files together say.
--
-- Why: by Segment's specification only content events name the episode; a playback event names the asset, and
-- sometimes only the session.  This is done here, not on import, so that a file imported in halves gives the same.
-- A session's only cut is looked for within one UTC day, so that a day can be made without the others.
-- Nearly all events name both and go straight through.
-- In: events_raw, events_around (the days and their neighbours, whole), cut_episodes(cut, episode).
WITH nameless AS (
    SELECT * FROM events_raw WHERE (episode IS NOT NULL AND cut <> '') IS NOT TRUE
),
sessions AS (  -- a session that played one cut only
    SELECT session_id, viewer_id, CAST("at" AS DATE) AS day, min(cut) AS cut
    FROM events_around SEMI JOIN (SELECT session_id, viewer_id FROM nameless WHERE cut = '') wanting USING (session_id, viewer_id)
    WHERE cut <> '' AND session_id <> ''
    GROUP BY session_id, viewer_id, CAST("at" AS DATE)
    HAVING min(cut) = max(cut)
)
SELECT event_id, session_id, viewer_id, series, episode, cut, market, platform, "at", kind, position_ms, duration_ms, price_micros,
    currency, agent, clock
FROM events_raw
WHERE episode IS NOT NULL AND cut <> ''
UNION ALL
SELECT
    e.event_id, e.session_id, e.viewer_id, e.series, coalesce(e.episode, c.episode) AS episode,
    coalesce(nullif(e.cut, ''), s.cut, '') AS cut, e.market, e.platform, e."at", e.kind, e.position_ms, e.duration_ms,
    e.price_micros, e.currency, e.agent, e.clock
FROM nameless e
LEFT JOIN sessions s
    ON e.cut = '' AND s.session_id = e.session_id AND s.viewer_id = e.viewer_id AND s.day = CAST(e."at" AS DATE)
LEFT JOIN cut_episodes c ON e.episode IS NULL AND c.cut = coalesce(nullif(e.cut, ''), s.cut)
