-- The cuts that are versions of the whole episode: as in cuts.sql, from the canonical views.
-- In: views, episodes(episode, duration_ms).
SELECT c.episode, c.cut
FROM (
    SELECT episode, cut, duration_ms, max(duration_ms) OVER (PARTITION BY episode) AS longest_ms
    FROM (SELECT episode, cut, max(duration_ms) AS duration_ms FROM views GROUP BY episode, cut)
) c
JOIN episodes e USING (episode)
WHERE 5 * c.duration_ms >= 4 * least(e.duration_ms, c.longest_ms)
