-- All days of each viewer together, in bits: which episodes were started in which cut, and what followed.
--
-- Merging is OR of bits and the least of `first`, so the order of days doesn't matter.  Market, platform and day of a
-- viewer's steps are those of the first view of the series (of an asked one who has none: no market, the first day).
-- An episode belongs to the cut in which it was started on the earliest day.  Rows of variant -1 hold what a viewer was
-- asked to pay for and never started.  `seen` is all episodes started, in any cut.
-- In: viewer_days.
WITH blocks AS (
    SELECT
        viewer, block,
        bit_or(started) AS seen, bit_or(finished) AS finished, bit_or(offered) AS offered, bit_or(unlocked) AS unlocked,
        min(CASE WHEN variant >= 0 THEN variant END) AS least_variant, max(variant) AS most_variant,
        min(first) AS first, min(CAST(day - DATE '1970-01-01' AS BIGINT)) AS told
    FROM viewer_days
    GROUP BY viewer, block
),
several_blocks AS (  -- who got further than one block: the first view and the first day are the least of all
    SELECT viewer, min(first) AS first, min(told) AS told FROM blocks GROUP BY viewer HAVING count(*) > 1
),
whole AS (
    SELECT
        b.viewer, b.block, b.seen, b.finished, b.offered, b.unlocked, b.least_variant, b.most_variant,
        CASE WHEN m.viewer IS NULL THEN b.first ELSE m.first END AS first,
        CASE WHEN m.viewer IS NULL THEN b.told ELSE m.told END AS told
    FROM blocks b LEFT JOIN several_blocks m ON m.viewer = b.viewer
),
placed AS (
    SELECT
        viewer, block, seen, finished, offered, unlocked, least_variant, most_variant,
        coalesce(first, told * 65536) AS cohort  -- place 0 is no market and no platform
    FROM whole
),
days_of_several AS (
    SELECT
        d.viewer, d.block, d.variant, d.started & 1152921504606846975 AS started,
        coalesce(bit_or(d.started & 1152921504606846975) OVER (
            PARTITION BY d.viewer, d.block ORDER BY d.day, d.variant ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS earlier
    FROM viewer_days d
    SEMI JOIN (SELECT viewer, block FROM blocks WHERE least_variant < most_variant) s
        ON s.viewer = d.viewer AND s.block = d.block
    WHERE d.variant >= 0
),
by_variant AS (
    SELECT viewer, block, variant, bit_or(started & ~earlier) AS fresh
    FROM days_of_several
    GROUP BY viewer, block, variant
),
freshly AS (
    SELECT viewer, block, least_variant AS variant, seen & 1152921504606846975 AS fresh
    FROM blocks
    WHERE least_variant = most_variant
    UNION ALL
    SELECT viewer, block, variant, fresh FROM by_variant
    UNION ALL
    SELECT viewer, block, -1, (offered | unlocked) & ~seen FROM blocks WHERE (offered | unlocked) & ~seen <> 0
)
SELECT
    f.viewer, f.block, f.variant, p.cohort, f.fresh, p.finished & f.fresh AS finished, p.seen,
    CASE WHEN f.variant >= 0 THEN f.fresh ELSE 0 END AS started,
    p.offered & f.fresh AS offered, p.unlocked & f.fresh AS unlocked
FROM freshly f JOIN placed p ON p.viewer = f.viewer AND p.block = f.block
WHERE f.fresh <> 0
