-- The steps: exact distinct viewers who started, finished, went on, were asked to pay and unlocked.
--
-- Additive, because each viewer stands in one stratum of an episode: market, platform and day are those of the
-- viewer's first view of the series, the cut is the first one of the episode they started ('' where they never did).
-- An unlock without an offer counts as offered, too.  revenue_micros is NULL where currencies differ: see revenue.
-- In: views_whole, viewers, steps_raw, episodes(episode, next_episode).
WITH started AS (  -- each viewer's episodes, once; only who saw an episode in several cuts needs grouping
    SELECT w.viewer_id, w.episode, w.cut, w.completed AS finished
    FROM views_whole w ANTI JOIN (SELECT viewer_id FROM viewers WHERE several) USING (viewer_id)
    UNION ALL
    SELECT viewer_id, episode, min({'at': started_at, 'cut': cut}).cut, bool_or(completed)
    FROM views_whole SEMI JOIN (SELECT viewer_id FROM viewers WHERE several) USING (viewer_id)
    GROUP BY viewer_id, episode
),
went AS (
    SELECT
        s.episode, s.cut, v.market, v.platform, v.day, s.finished,
        coalesce(list_contains(v.seen, e.next_episode), false) AS continued
    FROM started s JOIN viewers v USING (viewer_id) JOIN episodes e USING (episode)
),
asked AS (
    SELECT
        viewer_id, episode,
        bool_or(event IN ('unlocked', 'ad_unlocked')) AS unlocked,
        coalesce(sum(price_micros) FILTER (event = 'unlocked'), 0) AS revenue_micros,
        min(currency) FILTER (event = 'unlocked') AS least_currency,
        max(currency) FILTER (event = 'unlocked') AS most_currency
    FROM steps_raw
    WHERE event IN ('offered', 'unlocked', 'ad_unlocked')
    GROUP BY viewer_id, episode
),
paid AS (
    SELECT
        a.episode, coalesce(s.cut, '') AS cut, v.market, v.platform, v.day, a.unlocked, a.revenue_micros,
        a.least_currency, a.most_currency
    FROM asked a JOIN viewers v USING (viewer_id) LEFT JOIN started s USING (viewer_id, episode)
),
counted AS (
    SELECT
        episode, cut, market, platform, day,
        count(*) AS starters,
        count(*) FILTER (finished) AS finishers,
        count(*) FILTER (continued) AS continued,
        count(*) FILTER (finished AND continued) AS finished_continued,
        0 AS offered, 0 AS unlocked, 0 AS revenue_micros, NULL AS least_currency, NULL AS most_currency
    FROM went
    GROUP BY ALL
    UNION ALL
    SELECT
        episode, cut, market, platform, day, 0, 0, 0, 0,
        count(*), count(*) FILTER (unlocked), sum(revenue_micros), min(least_currency), max(most_currency)
    FROM paid
    GROUP BY ALL
)
SELECT
    t.series, episode, cut, market, platform, day,
    sum(starters)::BIGINT AS starters,
    sum(finishers)::BIGINT AS finishers,
    sum(continued)::BIGINT AS continued,
    sum(finished_continued)::BIGINT AS finished_continued,
    sum(offered)::BIGINT AS offered,
    sum(unlocked)::BIGINT AS unlocked,
    (CASE WHEN min(least_currency) IS NOT DISTINCT FROM max(most_currency) THEN sum(revenue_micros) END)::BIGINT
        AS revenue_micros
FROM counted CROSS JOIN this t
GROUP BY ALL
