-- What was watched: stretches of content that play ran through without a jump, from pairs of events.
--
-- Between two events of a sitting that follow each other in time, the content between their positions was played if
--   the second lies after the first,
--   the first doesn't end play (exit, complete, interrupt, seek started) and the second doesn't begin it anew
--     (start, seek completed),
--   the clock allows it: at most three times the time that went by, without advertisements, and 2 s (positions and
--     clocks in whole seconds),
--   no more than 30 minutes went by (else it is another sitting),
--   where the sitting sends heartbeats, no more than 30 s of content (three beats) lie between,
--   and the player was not hidden in between: background play isn't watched.
-- Events inside an advertisement are left out.  Pauses need no rule: position stands still.  Stretches that follow
-- each other without a gap become one.
-- In: events_placed.
WITH pairs AS (
    SELECT
        viewer_id, session_id, episode, cut, day, "at", turn, position_ms AS from_ms,
        lead(position_ms) OVER sitting AS to_ms,
        kind NOT IN ('exit', 'complete', 'interrupt', 'seek_from')
            AND lead(kind) OVER sitting NOT IN ('start', 'seek_to')
            AND lead(position_ms) OVER sitting > position_ms
            AND NOT hidden
            AND hidings = lead(hidings - CASE WHEN kind = 'hidden' THEN 1 ELSE 0 END) OVER sitting AS onward,
        epoch_ms(lead("at") OVER sitting) - epoch_ms("at") AS gap_ms,
        lead(ad_us - own_ad_us) OVER sitting - ad_us AS ad_us,
        bool_or(kind = 'playing') OVER (PARTITION BY viewer_id, session_id, episode, cut, day) AS beats
    FROM events_placed
    WHERE position_ms IS NOT NULL AND NOT in_ad
    WINDOW sitting AS (PARTITION BY viewer_id, session_id, episode, cut, day ORDER BY "at", turn, position_ms)
),
judged AS (
    SELECT
        *,
        coalesce(
            onward AND gap_ms <= 1800000 AND 1000 * (to_ms - from_ms) <= 3 * (1000 * gap_ms - ad_us) + 2000000
            AND (NOT beats OR to_ms - from_ms <= 30000), false
        ) AS played
    FROM pairs
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN played THEN 0 ELSE 1 END) OVER (
            PARTITION BY viewer_id, session_id, episode, cut, day ORDER BY "at", turn, from_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS pass
    FROM judged
    WHERE played OR (to_ms = from_ms) IS NOT TRUE  -- a pause doesn't part a stretch
)
SELECT viewer_id, session_id, episode, cut, day, CAST(min(from_ms) AS INTEGER) AS from_ms, CAST(max(to_ms) AS INTEGER) AS to_ms
FROM numbered
WHERE played
GROUP BY viewer_id, session_id, episode, cut, day, coalesce(pass, 0)
