-- The bits and numbers under which viewers' starts of a cut are kept; only cuts of whole episodes start one.
-- In: cuts, cut_variants(episode, variant, cut), episode_bits(episode, block, bit).
SELECT c.episode, c.cut, v.variant, e.block, e.bit
FROM cuts c
JOIN cut_variants v ON v.episode = c.episode AND v.cut = c.cut
JOIN episode_bits e ON e.episode = c.episode
WHERE c.whole
