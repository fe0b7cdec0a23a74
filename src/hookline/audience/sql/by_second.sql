-- The cells without their days: what every screen by second reads, some ten thousand rows a market and platform.
--
-- `main` marks whole cuts as long as the episode's most viewed one: only their seconds are the same moments.
-- In: cell_sums, cuts, this(series).
WITH lengths AS (
    SELECT episode, cut, max(second) AS last, sum(starts) AS views
    FROM cell_sums SEMI JOIN (SELECT episode, cut FROM cuts WHERE whole) USING (episode, cut)
    GROUP BY episode, cut
),
ranked AS (
    SELECT episode, last, row_number() OVER (PARTITION BY episode ORDER BY sum(views) DESC, last DESC) AS place
    FROM lengths
    GROUP BY episode, last
),
main AS (
    SELECT l.episode, l.cut FROM lengths l JOIN ranked r ON r.episode = l.episode AND r.last = l.last AND r.place = 1
)
SELECT
    t.series, s.episode, s.cut, s.market, s.platform, s.second, s.starts, s.at_risk, s.exits, s.watched_ms, s.rewatches,
    m.cut IS NOT NULL AS main
FROM cell_sums s LEFT JOIN main m ON m.episode = s.episode AND m.cut = s.cut CROSS JOIN this t
