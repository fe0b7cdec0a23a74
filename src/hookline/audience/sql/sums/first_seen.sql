-- When, where and on what the viewers that the other queries need first started the series: as in viewers.sql.
-- In: views, whole, steps_raw, finishers.
WITH wanted AS (
    SELECT viewer_id FROM steps_raw UNION SELECT viewer_id FROM finishers
),
seen AS (
    SELECT viewer_id, min({'at': started_at, 'market': market, 'platform': platform}) AS first
    FROM views SEMI JOIN whole USING (episode, cut) SEMI JOIN wanted USING (viewer_id)
    GROUP BY viewer_id
)
SELECT viewer_id, first."at"::DATE AS day, first.market AS market, first.platform AS platform FROM seen
UNION ALL
SELECT viewer_id, min("at")::DATE, '', '' FROM steps_raw ANTI JOIN seen USING (viewer_id) GROUP BY viewer_id
