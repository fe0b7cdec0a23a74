-- Sessions in which positions of a second-best clock don't count, because better ones are told: (session_id, viewer_id, day).
--
-- Why here: a player's playback events may come in one file and its content events in another.  The import that sees a
-- session whole has settled it already; one that sees a half only says of which clock a position is.
--   ads      positions of playback events may count advertisements: not used in a session that has content events, and an
--            advertisement or several cuts
--   moment   positions of single statements: not used in a session that tells the stretches it played
-- Within one UTC day, so that a day can be made without the others.
-- In: events_halves (the days and their neighbours, whole; but for those that stand in one file).
SELECT session_id, viewer_id, CAST("at" AS DATE) AS day
FROM events_halves
WHERE session_id <> ''
GROUP BY session_id, viewer_id, CAST("at" AS DATE)
HAVING bool_or(clock IN ('ads', 'moment') AND position_ms IS NOT NULL)
    AND (
        bool_or(clock = 'stretch')
        OR (
            bool_or(clock IS NULL AND kind IN ('start', 'playing', 'complete', 'pause'))
            AND (
                bool_or(kind IN ('ad_start', 'ad_end'))
                OR min(CASE WHEN clock IS NULL THEN nullif(cut, '') END) <> max(CASE WHEN clock IS NULL THEN nullif(cut, '') END)
            )
        )
    )
