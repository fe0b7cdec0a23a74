-- Of those who completed an episode, how many also completed the season's last one; by where and when they began.
-- In: masks_counted, episode_bits, places.
SELECT
    e.episode, p.market, p.platform, DATE '1970-01-01' + CAST(floor(m.cohort / 65536) AS INTEGER) AS day,
    CAST(sum(m.viewers) AS BIGINT) AS finished_season
FROM masks_counted m
JOIN episode_bits e ON e.block = m.block AND m.finished & e.bit <> 0
JOIN places p ON p.place = m.cohort % 65536
WHERE m.ended
GROUP BY e.episode, p.market, p.platform, m.cohort
