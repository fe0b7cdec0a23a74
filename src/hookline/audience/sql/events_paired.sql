-- Each play event with the next one of its sitting, and whether the content between their positions was played.
--
-- It was, if
--   the second lies after the first,
--   the first doesn't end play (exit, complete, interrupt, seek started) and the second doesn't begin it anew
--     (start, seek completed),
--   the clock allows it: at most three times the time that went by, without advertisements, and 2 s (positions and
--     clocks in whole seconds),
--   no more than 30 minutes went by (else it is another sitting),
--   where the sitting sends heartbeats, no more than 30 s of content (three beats) lie between,
--   and the player was not hidden in between: background play isn't watched.
-- Pauses need no rule: position stands still.  Events without a position, and those inside an advertisement, are in
-- nobody's way: they are partners of no pair.
--
--   seen     somebody watched: no advertisement, and the player was not hidden
--   placed   the event has a position that counts
--   parts    a stretch of play can't go on over this event
--   again    the next one tells the same, under another id
-- The events are sorted once, here.
-- In: events_placed.
WITH pairs AS (
    SELECT
        *,
        position_ms IS NOT NULL AND NOT in_ad AS placed,
        lead(position_ms) OVER sitting_in_order AS to_ms,
        lead(turn) OVER sitting_in_order AS next_turn,
        lead("at") OVER sitting_in_order AS next_at,
        lead(hidings - CASE WHEN turn = 12 THEN 1 ELSE 0 END) OVER sitting_in_order AS next_hidings,
        lead(ad_us - own_ad_us) OVER sitting_in_order - ad_us AS between_ad_us,
        bool_or(turn = 7) OVER whole_sitting AS beats
    FROM events_placed
    WINDOW
        sitting_in_order AS (PARTITION BY sitting, day, position_ms IS NOT NULL AND NOT in_ad ORDER BY "at", turn, position_ms),
        whole_sitting AS (
            PARTITION BY sitting, day, position_ms IS NOT NULL AND NOT in_ad ORDER BY "at", turn, position_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
),
judged AS (
    SELECT
        *,
        CASE
            WHEN placed
                AND to_ms > position_ms
                AND turn NOT IN (2, 3, 9, 10) AND next_turn NOT IN (4, 5)
                AND NOT hidden AND hidings = next_hidings
                AND epoch_ms(next_at) - epoch_ms("at") <= 1800000
                AND 1000 * (to_ms - position_ms) <= 3 * (1000 * (epoch_ms(next_at) - epoch_ms("at")) - between_ad_us) + 2000000
                AND (NOT beats OR to_ms - position_ms <= 30000)
                THEN true
            ELSE false
        END AS played
    FROM pairs
)
SELECT
    sitting, viewer_id, cut_number, day, "at", turn, position_ms, to_ms, place, copies, NOT in_ad AND NOT unseen AS seen, placed,
    played, placed AND NOT played AND (to_ms = position_ms) IS NOT TRUE AS parts,
    coalesce(next_at = "at" AND next_turn = turn AND to_ms IS NOT DISTINCT FROM position_ms, false) AS again
FROM judged
