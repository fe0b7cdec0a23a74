-- Viewers who completed the season's last episode: few, so that the rest of the work is small.
-- In: views, whole, episodes.
SELECT DISTINCT viewer_id
FROM views SEMI JOIN whole USING (episode, cut)
WHERE completed AND episode = (SELECT max(episode) FROM episodes)
