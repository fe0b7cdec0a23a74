-- How many viewers share the same bits, those of people_counted and those of viewer_masks.
-- In: people_counted, viewer_masks, episode_bits.
WITH alone AS (
    SELECT
        p.block, p.variant, p.cohort, p.seen, p.finished, p.offered, p.unlocked, p.viewers,
        coalesce(p.finished & l.bit <> 0, false) AS ended
    FROM people_counted p
    LEFT JOIN (SELECT block, bit FROM episode_bits ORDER BY episode DESC LIMIT 1) l ON l.block = p.block
    WHERE p.several IS NULL
)
SELECT
    block, variant, cohort, ended, seen AS started, finished, seen, offered & seen AS offered, unlocked & seen AS unlocked,
    viewers
FROM alone
WHERE variant >= 0
UNION ALL
SELECT block, -1, cohort, ended, 0, 0, seen, offered & ~seen, unlocked & ~seen, viewers
FROM alone
WHERE (offered | unlocked) & ~seen <> 0
UNION ALL
SELECT block, variant, cohort, ended, started, finished, seen, offered, unlocked, count(*)
FROM viewer_masks
GROUP BY block, variant, cohort, ended, started, finished, seen, offered, unlocked
