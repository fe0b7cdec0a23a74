-- All stretches of content watched, from events and imported, each with its view's cell.
-- In: passes, views, watched_checked.
SELECT v.view_id, v.episode, v.cut, v.market, v.platform, p.day, p.from_ms, p.to_ms
FROM passes p
JOIN views v
    ON v.viewer_id = p.viewer_id AND v.episode = p.episode AND v.cut = p.cut AND CAST(v.started_at AS DATE) = p.day
UNION ALL
SELECT view_id, episode, cut, market, platform, day, from_ms, to_ms
FROM (SELECT *, unnest(range(n)) AS nth FROM watched_checked WHERE fault IS NULL) w
