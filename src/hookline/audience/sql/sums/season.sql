-- Of those who completed an episode, how many also completed the season's last one.
-- In: views, whole, finishers, first_seen, this(series).
WITH completed AS (
    SELECT DISTINCT viewer_id, episode
    FROM views SEMI JOIN whole USING (episode, cut) SEMI JOIN finishers USING (viewer_id)
    WHERE completed
)
SELECT t.series, c.episode, f.market, f.platform, f.day, count(*) AS finished_season
FROM completed c JOIN first_seen f USING (viewer_id) CROSS JOIN this t
GROUP BY ALL
