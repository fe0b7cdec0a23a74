-- One row a viewer: when, where and on what they first started the series, and which episodes they started.
--
-- Market, platform and day of a viewer's steps are these: so steps of different episodes count the same people, and
-- an offer to someone who never started the episode still has a market.
-- In: views_whole, steps_raw.
WITH watchers AS (
    SELECT
        viewer_id,
        min({'at': started_at, 'market': market, 'platform': platform}) AS first,
        list(episode) AS seen
    FROM views_whole
    GROUP BY viewer_id
),
askers AS (  -- asked or paid without a view that we know of
    SELECT s.viewer_id, min(s."at") AS "at" FROM steps_raw s ANTI JOIN watchers w USING (viewer_id) GROUP BY s.viewer_id
)
SELECT viewer_id, first."at"::DATE AS day, first.market AS market, first.platform AS platform, seen,
    len(seen) > len(list_distinct(seen)) AS several  -- some episode in more than one cut
FROM watchers
UNION ALL
SELECT viewer_id, "at"::DATE, '', '', []::INTEGER[], false FROM askers
