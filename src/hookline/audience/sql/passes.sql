-- What was watched: stretches of content that play ran through without a jump, from pairs of events.
--
-- Between two events of a sitting that follow each other in time, the content between their positions was played if
--   the second lies after the first,
--   the first doesn't end play (exit, complete, interrupt, seek started) and the second doesn't begin it anew
--     (start, seek completed),
--   the clock allows it: at most three times the time that went by, and 2 s (positions and clocks in whole seconds),
--   no more than 30 minutes went by (else it is another sitting),
--   and, where the sitting sends heartbeats, no more than 30 s of content (three beats) lie between.
-- Pauses need no rule: position stands still.  Stretches that follow each other without a gap become one.
-- In: events_once.
WITH pairs AS (
    SELECT
        viewer_id, session_id, episode, cut, "at", turn, position_ms AS from_ms,
        lead(position_ms) OVER sitting AS to_ms,
        kind NOT IN ('exit', 'complete', 'interrupt', 'seek_from')
            AND lead(kind) OVER sitting NOT IN ('start', 'seek_to')
            AND lead(position_ms) OVER sitting > position_ms AS onward,
        epoch_ms(lead("at") OVER sitting) - epoch_ms("at") AS gap_ms,
        bool_or(kind = 'playing') OVER (PARTITION BY viewer_id, session_id, episode, cut) AS beats
    FROM events_once
    WHERE turn < 9 AND position_ms IS NOT NULL
    WINDOW sitting AS (PARTITION BY viewer_id, session_id, episode, cut ORDER BY "at", turn, position_ms)
),
judged AS (
    SELECT
        *,
        coalesce(
            onward AND gap_ms <= 1800000 AND to_ms - from_ms <= 3 * gap_ms + 2000
            AND (NOT beats OR to_ms - from_ms <= 30000), false
        ) AS played
    FROM pairs
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN played THEN 0 ELSE 1 END) OVER (
            PARTITION BY viewer_id, session_id, episode, cut ORDER BY "at", turn, from_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS pass
    FROM judged
    WHERE played OR (to_ms = from_ms) IS NOT TRUE  -- a pause doesn't part a stretch
)
SELECT viewer_id, session_id, episode, cut, min(from_ms)::INTEGER AS from_ms, max(to_ms)::INTEGER AS to_ms
FROM numbered
WHERE played
GROUP BY viewer_id, session_id, episode, cut, coalesce(pass, 0)
