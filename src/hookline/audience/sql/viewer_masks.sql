-- All days of each viewer together, in bits: which episodes were started in which cut, and what followed.
--
-- As people_counted does for who stayed in one block and one cut; this is for any viewer, and names them.  An episode
-- belongs to the cut in which it was started on the earliest day.  Rows of variant -1 hold what a viewer was asked to pay
-- for and never started.
--   seen    all episodes started, in any cut; bit 60 is the first of the next block, so that going on to it is seen
--   ended   whether the viewer finished the last episode of the series
-- In: few_days (viewer_days of those in question), episode_bits.
WITH blocks AS (
    SELECT
        viewer, block,
        bit_or(started) AS seen, bit_or(finished) AS finished, bit_or(offered) AS offered, bit_or(unlocked) AS unlocked,
        min(CASE WHEN variant >= 0 THEN variant END) AS least_variant, max(variant) AS most_variant
    FROM few_days
    GROUP BY viewer, block
),
viewers AS (
    SELECT
        d.viewer, min(d.first) & 1152921504606846975 AS cohort,
        coalesce(bool_or(d.finished & l.bit <> 0), false) AS ended
    FROM few_days d
    LEFT JOIN (SELECT block, bit FROM episode_bits ORDER BY episode DESC LIMIT 1) l ON l.block = d.block
    GROUP BY d.viewer
),
whole AS (
    SELECT
        b.viewer, b.block, b.seen, b.finished, b.offered, b.unlocked, v.cohort, v.ended,
        b.seen | CASE WHEN coalesce(n.seen, 0) & 1 = 1 THEN 1152921504606846976 ELSE 0 END AS on_from
    FROM blocks b
    JOIN viewers v ON v.viewer = b.viewer
    LEFT JOIN blocks n ON n.viewer = b.viewer AND n.block = b.block + 1
),
by_day AS (
    SELECT
        d.viewer, d.block, d.variant, d.started,
        coalesce(bit_or(d.started) OVER (
            PARTITION BY d.viewer, d.block ORDER BY d.day, d.variant ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS earlier
    FROM few_days d
    JOIN blocks b ON b.viewer = d.viewer AND b.block = d.block AND b.least_variant < b.most_variant
    WHERE d.variant >= 0
),
freshly AS (
    SELECT viewer, block, least_variant AS variant, seen AS fresh FROM blocks WHERE least_variant = most_variant
    UNION ALL
    SELECT viewer, block, variant, bit_or(started & ~earlier) FROM by_day GROUP BY viewer, block, variant
    UNION ALL
    SELECT viewer, block, -1, (offered | unlocked) & ~seen FROM blocks
)
SELECT
    f.viewer, f.block, f.variant, w.cohort, w.ended,
    CASE WHEN f.variant >= 0 THEN f.fresh ELSE 0 END AS started,
    w.finished & f.fresh AS finished, w.on_from AS seen, w.offered & f.fresh AS offered, w.unlocked & f.fresh AS unlocked
FROM freshly f JOIN whole w ON w.viewer = f.viewer AND w.block = f.block
WHERE f.fresh <> 0
