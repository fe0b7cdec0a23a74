-- What was paid, by episode, cut, market, platform, first day and currency.
-- In: payments, viewer_masks, episode_bits, cut_variants, places.
SELECT
    p.episode, coalesce(v.cut, '') AS cut, l.market, l.platform,
    DATE '1970-01-01' + CAST(floor(m.cohort / 65536) AS INTEGER) AS day, p.currency,
    CAST(sum(p.unlocks) AS BIGINT) AS unlocks,
    CAST(count(DISTINCT CASE WHEN p.revenue_micros > 0 THEN p.viewer END) AS BIGINT) AS payers, CAST(sum(p.payments) AS BIGINT) AS payments,
    CAST(sum(p.revenue_micros) AS BIGINT) AS revenue_micros
FROM payments p
JOIN episode_bits e ON e.episode = p.episode
JOIN viewer_masks m ON m.viewer = p.viewer AND m.block = e.block AND m.unlocked & e.bit <> 0
JOIN places l ON l.place = m.cohort % 65536
LEFT JOIN cut_variants v ON v.episode = p.episode AND v.variant = m.variant
GROUP BY p.episode, coalesce(v.cut, ''), l.market, l.platform, m.cohort, p.currency
