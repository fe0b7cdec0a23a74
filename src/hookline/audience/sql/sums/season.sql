-- Of those who completed an episode, how many also completed the season's last one.
-- In: season_sums, this(series).
SELECT t.series, episode, market, platform, day, finished_season FROM season_sums CROSS JOIN this t
