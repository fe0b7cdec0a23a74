-- Viewers with the same bits, counted: most people watch straight on and stop, so a few patterns stand for millions.
-- In: viewer_masks.
SELECT block, variant, cohort, started, finished, seen, offered, unlocked, count(*) AS viewers
FROM viewer_masks
GROUP BY block, variant, cohort, started, finished, seen, offered, unlocked
