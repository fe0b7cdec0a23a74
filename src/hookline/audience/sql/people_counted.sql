-- Viewers of the same bits, counted: most people watch straight on and stop, so a few patterns stand for millions.
--
-- All days of a viewer together: OR of bits and the least of `first`, so the order of days doesn't matter.  Who stayed in
-- one block and in one cut of each episode is done here; the others are told one by one (`several`, the viewer), and
-- viewer_masks looks at them again.
--   cohort   day and place of the viewer's first view of the series; of who has none, the first day asked
--   viewed   whether there is a view
-- In: viewer_days.
WITH people AS (
    SELECT
        viewer,
        -- block and variant as one number; 0 in the last 16 bits: only asked to pay
        min(CAST(block AS INTEGER) * 65536 + variant + 1) AS lowest,
        max(CAST(block AS INTEGER) * 65536 + variant + 1) AS highest,
        bit_or(started) AS seen, bit_or(finished) AS finished, bit_or(offered) AS offered, bit_or(unlocked) AS unlocked,
        min(first) AS first
    FROM viewer_days
    GROUP BY viewer
),
patterns AS (
    SELECT
        -- asked to pay beside views of the first cut is one cut; beside another's there might be a third
        CASE WHEN lowest < highest AND (lowest % 65536 > 0 OR highest > lowest + 1) THEN viewer END AS several,
        highest, seen, finished, offered, unlocked, first, count(*) AS viewers
    FROM people
    GROUP BY ALL
)
SELECT
    several, highest // 65536 AS block, highest % 65536 - 1 AS variant, seen, finished, offered, unlocked,
    first & 1152921504606846975 AS cohort, first < 1152921504606846976 AS viewed, viewers
FROM patterns
