-- Viewers who did on some day what no person does: machines, whatever they call themselves.  That day's views of
-- theirs are set aside.
--   more than 20 hours of content watched on one UTC day
--   more than 60 views begun within one minute of the clock
-- An episode lasts a minute or two: a person who only looks at each and swipes on begins some 20 a minute.
-- In: sittings, views_several(viewer_id, busy).
WITH busy AS (  -- a view that was told twice under one id is one
    SELECT viewer_id, day, view_id, min(started_at) AS started_at, max(watched_ms) AS watched_ms
    FROM sittings SEMI JOIN (SELECT viewer_id FROM views_several WHERE busy) USING (viewer_id)
    GROUP BY viewer_id, day, view_id
),
minutes AS (
    SELECT viewer_id, day, date_trunc('minute', started_at) AS minute, count(*) AS n, sum(watched_ms) AS watched_ms
    FROM busy
    GROUP BY viewer_id, day, date_trunc('minute', started_at)
)
SELECT viewer_id, day, max(n) || ' views begun in a minute, ' || CAST((sum(watched_ms) + 1800000) // 3600000 AS INTEGER) || ' hours watched on ' || day AS example
FROM minutes
GROUP BY viewer_id, day
HAVING max(n) > 60 OR sum(watched_ms) > 72000000
