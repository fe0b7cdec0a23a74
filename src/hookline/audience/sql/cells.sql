-- The cells: by episode, cut, market, platform and day, for every second of the cut, who began, who was still
-- watching, who left, how much was played and how often again.  Additive; dense in `second`.
--
-- How: every fact is an edge at some second (a view ends, a stretch begins or ends); edges are summed by second, and
-- running totals along a dense grid give the rest.  Cost: the views once, then the number of cells.
--   at_risk(s)    = starts - exits before s
--   watched_ms(s) = 1000 x stretches open at the end of s, and the parts of stretches that begin or end inside s
--   rewatches(s)  = times the middle of s was played, less the views that played it at all
-- A grid, because a second that nobody left in has no edge, and its viewers' time would be lost.
-- In: views, watched, cuts.
WITH stretches AS (
    SELECT w.view_id, w.episode, w.cut, w.market, w.platform, v.started_at::DATE AS day, w.from_ms, w.to_ms
    FROM watched w JOIN views v USING (view_id)
),
ended AS (
    SELECT
        v.episode, v.cut, v.market, v.platform, v.started_at::DATE AS day, v.exit_ms, v.completed,
        p.view_id IS NULL AND v.watched_ms > 0 AND abs(v.watched_ms - v.exit_ms) <= 1000 AS straight
    FROM views v LEFT JOIN (SELECT DISTINCT view_id FROM watched) p USING (view_id)
),
ends AS (
    SELECT
        episode, cut, market, platform, day, exit_ms // 1000 AS second,
        count(*) AS views,
        count(*) FILTER (NOT completed) AS exits,
        count(*) FILTER (straight) AS straight,
        coalesce(sum(exit_ms % 1000) FILTER (straight), 0) AS rest
    FROM ended
    GROUP BY ALL
),
several AS (  -- only views of several stretches can have played a second again
    SELECT * FROM stretches SEMI JOIN (SELECT view_id FROM watched GROUP BY view_id HAVING count(*) > 1) USING (view_id)
),
reached AS (
    SELECT *, max(to_ms) OVER (
        PARTITION BY view_id ORDER BY from_ms, to_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before_ms
    FROM several
),
fresh AS (  -- what of each stretch the view had not played before: together, everything it played, once
    SELECT
        episode, cut, market, platform, day,
        greatest(from_ms, coalesce(before_ms, 0)) AS from_ms, to_ms
    FROM reached
    WHERE to_ms > coalesce(before_ms, -1)
),
edges AS (
    SELECT episode, cut, market, platform, day, 0 AS second,
        sum(views) AS starts, 0 AS exits, sum(straight) AS flow, 0 AS rest, 0 AS again
    FROM ends GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, second, 0, exits, -straight, rest, 0 FROM ends
    UNION ALL
    SELECT episode, cut, market, platform, day, from_ms // 1000 AS second, 0, 0, count(*), -sum(from_ms % 1000), 0
    FROM stretches GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, to_ms // 1000 AS second, 0, 0, -count(*), sum(to_ms % 1000), 0
    FROM stretches GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, (from_ms + 499) // 1000 AS second, 0, 0, 0, 0, count(*)
    FROM several GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, (to_ms + 499) // 1000 AS second, 0, 0, 0, 0, -count(*)
    FROM several GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, (from_ms + 499) // 1000 AS second, 0, 0, 0, 0, -count(*)
    FROM fresh GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, (to_ms + 499) // 1000 AS second, 0, 0, 0, 0, count(*)
    FROM fresh GROUP BY ALL
),
strata AS (
    SELECT g.*, c.seconds, row_number() OVER (ORDER BY g.episode, g.cut, g.market, g.platform, g.day)::INTEGER AS stratum
    FROM (SELECT DISTINCT episode, cut, market, platform, day FROM edges) g JOIN cuts c USING (episode, cut)
),
facts AS (
    SELECT
        s.stratum, e.second::INTEGER AS second,
        sum(e.starts)::BIGINT AS starts, sum(e.exits)::BIGINT AS exits, sum(e.flow)::BIGINT AS flow,
        sum(e.rest)::BIGINT AS rest, sum(e.again)::BIGINT AS again
    FROM edges e JOIN strata s USING (episode, cut, market, platform, day)
    GROUP BY ALL
),
grid AS (
    SELECT stratum, unnest(range(seconds))::INTEGER AS second FROM strata
),
running AS (
    SELECT
        g.stratum, g.second,
        coalesce(f.starts, 0) AS starts,
        coalesce(f.exits, 0) AS exits,
        coalesce(f.rest, 0) AS rest,
        sum(coalesce(f.starts - f.exits, 0)) OVER seconds AS staying,
        sum(coalesce(f.flow, 0)) OVER seconds AS open,
        sum(coalesce(f.again, 0)) OVER seconds AS again
    FROM grid g LEFT JOIN facts f USING (stratum, second)
    WINDOW seconds AS (PARTITION BY g.stratum ORDER BY g.second ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    t.series, s.episode, s.cut, s.market, s.platform, s.day, r.second,
    r.starts,
    (r.staying + r.exits)::BIGINT AS at_risk,
    r.exits,
    (1000 * r.open + r.rest)::BIGINT AS watched_ms,
    r.again::BIGINT AS rewatches
FROM running r JOIN strata s USING (stratum) CROSS JOIN this t
