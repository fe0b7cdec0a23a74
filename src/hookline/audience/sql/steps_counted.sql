-- The steps in numbers: by episode, cut, market, platform and first day.
-- In: masks_counted, episode_bits(episode, block, bit), cut_variants(episode, variant, cut), places.
WITH bits AS (
    SELECT
        e.episode, m.variant, m.cohort,
        CAST(sum(CASE WHEN m.started & e.bit <> 0 THEN viewers ELSE 0 END) AS BIGINT) AS starters,
        CAST(sum(CASE WHEN m.finished & e.bit <> 0 THEN viewers ELSE 0 END) AS BIGINT) AS finishers,
        CAST(sum(CASE WHEN m.started & e.bit <> 0 AND m.seen & (e.bit * 2) <> 0 THEN viewers ELSE 0 END) AS BIGINT)
            AS continued,
        CAST(sum(CASE WHEN m.finished & e.bit <> 0 AND m.seen & (e.bit * 2) <> 0 THEN viewers ELSE 0 END) AS BIGINT)
            AS finished_continued,
        CAST(sum(CASE WHEN (m.offered | m.unlocked) & e.bit <> 0 THEN viewers ELSE 0 END) AS BIGINT) AS offered,
        CAST(sum(CASE WHEN m.unlocked & e.bit <> 0 THEN viewers ELSE 0 END) AS BIGINT) AS unlocked,
        CAST(sum(CASE WHEN m.unlocked & ~m.offered & e.bit <> 0 THEN viewers ELSE 0 END) AS BIGINT) AS unoffered
    FROM masks_counted m JOIN episode_bits e ON e.block = m.block
    WHERE (m.started | m.offered | m.unlocked) & e.bit <> 0
    GROUP BY e.episode, m.variant, m.cohort
)
SELECT
    b.episode, coalesce(v.cut, '') AS cut, p.market, p.platform,
    DATE '1970-01-01' + CAST(floor(b.cohort / 65536) AS INTEGER) AS day,
    starters, finishers, continued, finished_continued, offered, unlocked, unoffered
FROM bits b
JOIN places p ON p.place = b.cohort % 65536
LEFT JOIN cut_variants v ON v.episode = b.episode AND v.variant = b.variant
