-- What each viewer did on a day, in bits: all that the steps of any day need to know of it.
--
-- Sixty episodes make a block, in the order of the series, and each of them is a bit.
--   started    episodes started; bit 60 stands for the first episode of the next block, so that going on from the last
--              episode of a block is seen inside it
--   finished   of those, the ones that some view of the day completed
--   offered, unlocked   episodes asked to pay for, and unlocked (rows of variant -1)
--   first      when and where the day's first view was: days since 1970 * 65536 + number of market and platform
-- One row for each block and variant: the number of a cut among those of its episode.  An episode seen in several cuts
-- on a day stands in the one that was started first.  A viewer is the first 64 bits of the pseudonym: that any two of
-- thirty million share them has a chance of 1 in 41,000.
-- In: views(day), steps_raw(day), cut_bits(episode, cut, variant, block, bit, before), episode_bits(episode, block, bit),
-- places(market, platform, place).
WITH masks AS (
    SELECT
        v.viewer_id, v.day, c.block, c.variant,
        bit_or(c.bit) AS started,
        bit_or(CASE WHEN v.completed THEN c.bit ELSE 0 END) AS finished,
        bit_or(c.before) AS before,  -- 1 where the block's first episode was started: the block before wants to know
        min({'at': v.started_at, 'market': v.market, 'platform': v.platform}) AS first
    FROM views v JOIN cut_bits c ON c.episode = v.episode AND c.cut = v.cut
    GROUP BY v.viewer_id, v.day, c.block, c.variant
),
torn AS (  -- viewers of several cuts on a day: rare, unless cuts are compared
    SELECT viewer_id, day FROM masks GROUP BY viewer_id, day HAVING min(variant) < max(variant)
),
once AS (  -- each of their episodes once
    SELECT
        v.viewer_id, v.day, c.block, c.bit,
        min({'at': v.started_at, 'cut': v.cut, 'variant': c.variant}) AS first,
        bool_or(v.completed) AS finished
    FROM views v JOIN cut_bits c ON c.episode = v.episode AND c.cut = v.cut
    SEMI JOIN torn USING (viewer_id, day)
    GROUP BY v.viewer_id, v.day, c.block, c.bit
),
firsts AS (
    SELECT viewer_id, day, min(first) AS first FROM masks GROUP BY viewer_id, day
),
told AS (
    SELECT viewer_id, day, block, variant, started, finished FROM masks ANTI JOIN torn USING (viewer_id, day)
    UNION ALL
    SELECT viewer_id, day, block, first.variant, bit_or(bit), bit_or(CASE WHEN finished THEN bit ELSE 0 END)
    FROM once
    GROUP BY viewer_id, day, block, first.variant
    UNION ALL
    SELECT viewer_id, day, block - 1, min(variant), 1152921504606846976, 0  -- bit 60
    FROM masks
    WHERE before = 1 AND block > 0
    GROUP BY viewer_id, day, block
),
whole AS (
    SELECT viewer_id, day, block, variant, bit_or(started) AS started, bit_or(finished) AS finished
    FROM told
    GROUP BY viewer_id, day, block, variant
),
asked AS (
    SELECT
        s.viewer_id, s.day, c.block,
        bit_or(CASE WHEN s.event = 'offered' THEN c.bit ELSE 0 END) AS offered,
        bit_or(CASE WHEN s.event IN ('unlocked', 'ad_unlocked') THEN c.bit ELSE 0 END) AS unlocked
    FROM steps_raw s
    JOIN episode_bits c ON c.episode = s.episode
    GROUP BY s.viewer_id, s.day, c.block
),
rows_of AS (
    SELECT
        w.viewer_id, w.day, w.block, w.variant, w.started, w.finished, 0 AS offered, 0 AS unlocked,
        CAST(w.day - DATE '1970-01-01' AS BIGINT) * 65536 + p.place AS first
    FROM whole w
    JOIN firsts f ON f.viewer_id = w.viewer_id AND f.day = w.day
    JOIN places p ON p.market = f.first.market AND p.platform = f.first.platform
    UNION ALL
    SELECT viewer_id, day, block, -1, 0, 0, offered, unlocked, NULL FROM asked
)
SELECT
    CAST(CAST(coalesce(
        TRY_CAST('0x' || left(viewer_id, 16) AS UBIGINT), CAST('0x' || left(sha256(viewer_id), 16) AS UBIGINT)
    ) AS HUGEINT) - 9223372036854775808 AS BIGINT) AS viewer,
    day, CAST(block AS SMALLINT) AS block, CAST(variant AS SMALLINT) AS variant,
    CAST(started AS BIGINT) AS started, CAST(finished AS BIGINT) AS finished,
    CAST(offered AS BIGINT) AS offered, CAST(unlocked AS BIGINT) AS unlocked, CAST(first AS BIGINT) AS first
FROM rows_of
