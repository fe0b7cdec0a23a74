-- What each viewer did on a day, in bits: all that the steps of any day need to know of it.
--
-- Sixty episodes make a block, in the order of the series, and each of them is a bit.
--   started    episodes started
--   finished   of those, the ones that some view of the day completed
--   offered, unlocked   episodes asked to pay for, and unlocked (rows of variant -1)
--   first      when and where the day's first view was: days since 1970 * 65536 + number of market and platform; of who
--              was only asked to pay: the day, and 2 to the 60th more, so that any view comes before it
-- One row for each block and variant: the number of a cut among those of its episode.  Nearly everyone sees one cut and is
-- done in one pass; the others' views are looked at again: an episode seen in several cuts on a day stands in the one
-- that was started first.  A viewer is the first 64 bits of the pseudonym: that any two of thirty million
-- share them has a chance of 1 in 41,000.
-- In: views(day), steps_raw(day), cut_bits(episode, cut, variant, block, bit), episode_bits(episode, block, bit),
-- places(market, platform, place, turn).
WITH marked AS (
    SELECT
        v.viewer_id, v.day, c.block, min(c.variant) AS least, max(c.variant) AS most,
        bit_or(c.bit) AS started,
        coalesce(bit_or(c.bit) FILTER (v.completed), 0) AS finished,
        -- one number is quicker than a row of time, market and platform, and in the same order
        min((epoch_us(v.started_at) % 86400000000) * 67108864 + p.turn) AS first
    FROM views v
    JOIN cut_bits c ON c.episode = v.episode AND c.cut = v.cut
    JOIN places p ON p.market = v.market AND p.platform = v.platform
    GROUP BY v.viewer_id, v.day, c.block
),
crossed AS (  -- viewers who may have been in several blocks on a day: their first view is the first of all
    SELECT viewer_id, day, min(first) AS first
    FROM marked SEMI JOIN (SELECT viewer_id, day FROM marked WHERE block > 0) further USING (viewer_id, day)
    GROUP BY viewer_id, day
),
parted AS (  -- viewers of several cuts of a block on a day, each of their episodes once
    SELECT
        v.viewer_id, v.day, m.first, c.block, c.bit,
        min({'at': v.started_at, 'cut': v.cut, 'variant': c.variant}) AS earliest,
        bool_or(v.completed) AS finished
    FROM views v
    JOIN cut_bits c ON c.episode = v.episode AND c.cut = v.cut
    JOIN marked m ON m.viewer_id = v.viewer_id AND m.day = v.day AND m.block = c.block AND m.least < m.most
    GROUP BY v.viewer_id, v.day, m.first, c.block, c.bit
),
watched AS (
    SELECT viewer_id, day, block, least AS variant, started, finished, first
    FROM marked
    WHERE least = most
    UNION ALL
    SELECT viewer_id, day, block, earliest.variant, bit_or(bit), bit_or(CASE WHEN finished THEN bit ELSE 0 END), first
    FROM parted
    GROUP BY viewer_id, day, block, earliest.variant, first
),
told AS (
    SELECT
        w.viewer_id, w.day, w.block, w.variant, w.started, w.finished, 0 AS offered, 0 AS unlocked,
        CAST(w.day - DATE '1970-01-01' AS BIGINT) * 65536 + p.place AS first
    FROM watched w
    LEFT JOIN crossed x ON x.viewer_id = w.viewer_id AND x.day = w.day
    JOIN places p ON p.turn = coalesce(x.first, w.first) % 67108864
    UNION ALL
    SELECT
        s.viewer_id, s.day, e.block, -1, 0, 0,
        bit_or(CASE WHEN s.event = 'offered' THEN e.bit ELSE 0 END),
        bit_or(CASE WHEN s.event IN ('unlocked', 'ad_unlocked') THEN e.bit ELSE 0 END),
        1152921504606846976 + CAST(s.day - DATE '1970-01-01' AS BIGINT) * 65536  -- place 0 is no market and no platform
    FROM steps_raw s JOIN episode_bits e ON e.episode = s.episode
    GROUP BY s.viewer_id, s.day, e.block
)
SELECT
    CAST(CAST(coalesce(
        TRY_CAST('0x' || left(viewer_id, 16) AS UBIGINT), CAST('0x' || left(sha256(viewer_id), 16) AS UBIGINT)
    ) AS HUGEINT) - 9223372036854775808 AS BIGINT) AS viewer,
    day, CAST(block AS SMALLINT) AS block, CAST(variant AS SMALLINT) AS variant,
    CAST(started AS BIGINT) AS started, CAST(finished AS BIGINT) AS finished,
    CAST(offered AS BIGINT) AS offered, CAST(unlocked AS BIGINT) AS unlocked, CAST(first AS BIGINT) AS first
FROM told
