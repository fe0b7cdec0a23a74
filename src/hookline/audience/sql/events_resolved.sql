-- Events whose player named no episode or no cut, completed from what all files together say.
--
-- Why: by Segment's specification only content events name the episode; a playback event names the asset, and
-- sometimes only the session.  This is done here, not on import, so that a file imported in halves gives the same.
-- In: events_raw.
WITH sessions AS (  -- a session that played one cut only
    SELECT session_id, viewer_id, min(cut) AS cut
    FROM events_raw
    WHERE cut <> '' AND session_id <> ''
    GROUP BY session_id, viewer_id
    HAVING min(cut) = max(cut)
),
cuts_named AS (  -- a cut that was always said to be of one episode
    SELECT cut, min(episode) AS episode
    FROM events_raw
    WHERE cut <> '' AND episode IS NOT NULL
    GROUP BY cut
    HAVING min(episode) = max(episode)
)
SELECT e.* REPLACE (
    coalesce(nullif(e.cut, ''), s.cut, '') AS cut,
    coalesce(e.episode, c.episode) AS episode
)
FROM events_raw e
LEFT JOIN sessions s ON e.cut = '' AND s.session_id = e.session_id AND s.viewer_id = e.viewer_id
LEFT JOIN cuts_named c ON e.episode IS NULL AND c.cut = coalesce(nullif(e.cut, ''), s.cut)
