-- The steps: exact distinct viewers who started, finished, went on, were asked to pay and unlocked.
--
-- Additive, because each viewer stands in one stratum of an episode: market, platform and day are those of the
-- viewer's first view of the series, the cut is the first one of the episode they started ('' where they never did).
-- An unlock without an offer counts as offered, too.  revenue_micros is NULL where currencies differ: see revenue.
-- In: step_sums, paid_sums, this(series).
WITH paid AS (
    SELECT
        episode, cut, market, platform, day, sum(revenue_micros) AS revenue_micros,
        coalesce(min(nullif(currency, '')) <> max(nullif(currency, '')), false) AS mixed
    FROM paid_sums
    GROUP BY episode, cut, market, platform, day
)
SELECT
    t.series, episode, cut, market, platform, day,
    starters, finishers, continued, finished_continued, offered, unlocked,
    CASE WHEN coalesce(p.mixed, false) THEN NULL ELSE coalesce(p.revenue_micros, 0) END AS revenue_micros
FROM step_sums LEFT JOIN paid p USING (episode, cut, market, platform, day)
CROSS JOIN this t
