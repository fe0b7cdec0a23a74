-- Each viewer's first install, and when they first started the series ever after (NULL where they never did).
-- In: installs_in, views, this(series).
WITH once AS (
    SELECT viewer_id, min({'at': i."at", 'ad_cut': i.ad_cut, 'platform': i.platform, 'market': i.market}) AS first
    FROM installs_in i CROSS JOIN this t
    WHERE i.series = t.series AND i."at" IS NOT NULL AND i.viewer_id <> ''
    GROUP BY viewer_id
),
started AS (
    SELECT viewer_id, min(started_at) AS started_at FROM views SEMI JOIN once USING (viewer_id) GROUP BY viewer_id
)
SELECT viewer_id, first."at" AS "at", first.ad_cut AS ad_cut, first.platform AS platform, first.market AS market,
    s.started_at
FROM once LEFT JOIN started s USING (viewer_id)
