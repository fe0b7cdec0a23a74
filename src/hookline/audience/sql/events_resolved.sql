-- Events whose player named no episode or no cut, completed from what all files together say.
--
-- Why: by Segment's specification only content events name the episode; a playback event names the asset, and
-- sometimes only the session.  This is done here, not on import, so that a file imported in halves gives the same.
-- A session's only cut is looked for within one UTC day, so that a day can be made without the others.
-- In: events_raw, cut_episodes(cut, episode).
WITH sessions AS (  -- a session that played one cut only
    SELECT session_id, viewer_id, CAST("at" AS DATE) AS day, min(cut) AS cut
    FROM events_raw
    WHERE cut <> '' AND session_id <> ''
    GROUP BY session_id, viewer_id, CAST("at" AS DATE)
    HAVING min(cut) = max(cut)
)
SELECT
    e.event_id, e.session_id, e.viewer_id, e.series, coalesce(e.episode, c.episode) AS episode,
    coalesce(nullif(e.cut, ''), s.cut, '') AS cut, e.market, e.platform, e."at", e.kind, e.position_ms, e.duration_ms,
    e.price_micros, e.currency, e.agent
FROM events_raw e
LEFT JOIN sessions s
    ON e.cut = '' AND s.session_id = e.session_id AND s.viewer_id = e.viewer_id AND s.day = CAST(e."at" AS DATE)
LEFT JOIN cut_episodes c ON e.episode IS NULL AND c.cut = coalesce(nullif(e.cut, ''), s.cut)
