-- The cells without their days: what every screen by second reads, some ten thousand rows a market and platform.
--
-- `main` marks whole cuts as long as the episode's most viewed one: only their seconds are the same moments.
-- In: cells, whole.
WITH summed AS (
    SELECT
        series, episode, cut, market, platform, second,
        sum(starts)::BIGINT AS starts, sum(at_risk)::BIGINT AS at_risk, sum(exits)::BIGINT AS exits,
        sum(watched_ms)::BIGINT AS watched_ms, sum(rewatches)::BIGINT AS rewatches
    FROM cells
    GROUP BY ALL
),
lengths AS (
    SELECT episode, cut, max(second) AS last, sum(starts) AS views FROM summed SEMI JOIN whole USING (episode, cut)
    GROUP BY episode, cut
),
ranked AS (
    SELECT episode, last, row_number() OVER (PARTITION BY episode ORDER BY sum(views) DESC, last DESC) AS place
    FROM lengths GROUP BY episode, last
),
main AS (
    SELECT l.episode, l.cut FROM lengths l JOIN ranked r ON r.episode = l.episode AND r.last = l.last AND r.place = 1
)
SELECT s.*, m.cut IS NOT NULL AS main
FROM summed s LEFT JOIN main m USING (episode, cut)
ORDER BY episode, cut, market, platform, second
