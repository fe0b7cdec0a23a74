-- The cells: by episode, cut, market, platform and day, for every second of the cut, who began, who was still
-- watching, who left, how much was played and how often again.  Additive; dense in `second`.
--
-- How: every fact is an edge at some second (a view ends, a stretch begins or ends).  Edges are summed by second,
-- running totals over the edges give what holds until the next one, and only then is each second written out: a
-- second that nobody left in has no edge, and without its row viewers' time would be lost.
--   at_risk(s)    = starts up to s - exits before s
--   watched_ms(s) = 1000 x stretches open at the end of s, and the parts of stretches that begin or end inside s
--   rewatches(s)  = times the middle of s was played, less the views that played it at all
-- A view without stretches was watched straight from its entry to its exit, if its time watched says so.  Views are counted by
-- their last second in one pass, as if none had stretches; what was taken for straight of those that have some is taken
-- away again: so a day without stretches reads no view's name.
-- In: views(day), stretches(day), cuts, this(series).
WITH ends AS (
    SELECT
        episode, cut, market, platform, day, exit_ms // 1000 AS second,
        count(*) AS views,
        count(*) FILTER (NOT completed) AS exits,
        count(*) FILTER (watched_ms > 0 AND abs(watched_ms - (exit_ms - coalesce(entry_ms, 0))) <= 1000) AS straight,
        sum(CASE WHEN watched_ms > 0 AND abs(watched_ms - (exit_ms - coalesce(entry_ms, 0))) <= 1000 THEN exit_ms % 1000 ELSE 0 END) AS rest
    FROM views
    GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, exit_ms // 1000 AS second, 0, 0, -count(*), -sum(exit_ms % 1000)
    FROM views SEMI JOIN stretches USING (view_id)
    WHERE watched_ms > 0 AND abs(watched_ms - (exit_ms - coalesce(entry_ms, 0))) <= 1000
    GROUP BY ALL
),
late AS (  -- views that began in a later second: few, and they move there from second 0
    SELECT
        episode, cut, market, platform, day, entry_ms // 1000 AS second, count(*) AS views,
        count(*) FILTER (watched_ms > 0 AND abs(watched_ms - (exit_ms - entry_ms)) <= 1000) AS straight,
        coalesce(sum(entry_ms % 1000) FILTER (watched_ms > 0 AND abs(watched_ms - (exit_ms - entry_ms)) <= 1000), 0) AS rest
    FROM views ANTI JOIN stretches USING (view_id)
    WHERE entry_ms > 0
    GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, entry_ms // 1000 AS second, count(*), 0, 0
    FROM views SEMI JOIN stretches USING (view_id)
    WHERE entry_ms > 0
    GROUP BY ALL
),
several AS (  -- only views of several stretches can have played a second again
    SELECT * FROM stretches SEMI JOIN (SELECT view_id FROM stretches GROUP BY view_id HAVING count(*) > 1) USING (view_id)
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
    SELECT episode, cut, market, platform, day, 0::BIGINT AS second,
        sum(views) AS starts, 0 AS exits, sum(straight) AS flow, 0 AS rest, 0 AS again
    FROM ends GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, 0::BIGINT, -sum(views), 0, -sum(straight), 0, 0 FROM late GROUP BY ALL
    UNION ALL
    SELECT episode, cut, market, platform, day, second, views, 0, straight, -rest, 0 FROM late
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
facts AS (
    SELECT
        e.episode, e.cut, e.market, e.platform, e.day, c.seconds, e.second,
        sum(e.starts)::BIGINT AS starts, sum(e.exits)::BIGINT AS exits, sum(e.flow)::BIGINT AS flow,
        sum(e.rest)::BIGINT AS rest, sum(e.again)::BIGINT AS again
    FROM edges e JOIN cuts c USING (episode, cut)
    GROUP BY ALL
),
running AS (  -- what holds from this edge to the next; every stratum has an edge at second 0
    SELECT
        *,
        sum(starts - exits) OVER stratum AS staying,
        sum(flow) OVER stratum AS open,
        sum(again) OVER stratum AS repeats,
        coalesce(lead(second) OVER stratum, seconds) AS until
    FROM facts
    WINDOW stratum AS (PARTITION BY episode, cut, market, platform, day ORDER BY second)
),
grid AS (
    SELECT *, unnest(range(second, least(until, seconds))) AS at_second FROM running WHERE second < seconds
)
SELECT
    t.series, episode, cut, market, platform, day,
    at_second AS second,
    CASE WHEN at_second = second THEN starts ELSE 0 END AS starts,
    (staying + CASE WHEN at_second = second THEN exits ELSE 0 END)::BIGINT AS at_risk,
    CASE WHEN at_second = second THEN exits ELSE 0 END AS exits,
    (1000 * open + CASE WHEN at_second = second THEN rest ELSE 0 END)::BIGINT AS watched_ms,
    repeats::BIGINT AS rewatches
FROM grid CROSS JOIN this t
