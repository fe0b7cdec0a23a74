-- Viewers of the same bits, counted: most people watch straight on and stop, so a few patterns stand for millions.
--
-- All days of a viewer together: OR of bits and the least of `first`, so the order of days doesn't matter.  Who stayed in
-- one block and, of each episode, in the first of its cuts that is there is done here; the others are told one by one
-- (`several`, the viewer), and viewer_masks looks at them again.
--   cohort   day and place of the viewer's first view of the series; of who has none, the first day asked
--   viewed   whether there is a view
-- In: viewer_days.
WITH people AS (
    SELECT
        viewer,
        min(block * 65536 + variant + 1) AS lowest,  -- 0 in the last 16 bits: only asked to pay
        max(block * 65536 + variant + 1) AS highest,
        min(CASE WHEN variant >= 0 THEN block * 65536 + variant + 1 END) AS least,
        bit_or(started) AS seen, bit_or(finished) AS finished, bit_or(offered) AS offered, bit_or(unlocked) AS unlocked,
        min(first) AS first
    FROM (
        SELECT viewer, CAST(block AS BIGINT) AS block, CAST(variant AS BIGINT) AS variant, started, finished, offered,
            unlocked, first
        FROM viewer_days
    ) d
    GROUP BY viewer
),
told AS (
    SELECT
        CASE WHEN lowest // 65536 < highest // 65536 OR coalesce(least, highest) < highest THEN viewer END AS several,
        highest, seen, finished, offered, unlocked, first
    FROM people
)
SELECT
    several,
    CASE WHEN several IS NULL THEN highest // 65536 END AS block,
    CASE WHEN several IS NULL THEN highest % 65536 - 1 END AS variant,
    CASE WHEN several IS NULL THEN seen END AS seen,
    CASE WHEN several IS NULL THEN finished END AS finished,
    CASE WHEN several IS NULL THEN offered END AS offered,
    CASE WHEN several IS NULL THEN unlocked END AS unlocked,
    first & 1152921504606846975 AS cohort,
    first < 1152921504606846976 AS viewed,
    count(*) AS viewers
FROM told
GROUP BY ALL
