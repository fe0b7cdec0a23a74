-- The canonical stretches of content watched.  A view without any was watched straight from 0 to its exit.
-- In: passes, watched_checked, views_of_events, sitting_of, views, this(series).
SELECT v.view_id, v.series, v.episode, v.cut, v.market, v.platform, p.from_ms, p.to_ms
FROM passes p
JOIN views v ON v.viewer_id = p.viewer_id AND v.episode = p.episode AND v.cut = p.cut
UNION ALL
SELECT view_id, t.series, episode, cut, market, platform, from_ms, to_ms
FROM (SELECT *, unnest(range(n)) AS nth FROM watched_checked WHERE fault IS NULL) CROSS JOIN this t
