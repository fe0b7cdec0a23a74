-- The cells by episode, market and second alone, for the screens and the models: all days and platforms together.
--
-- Only whole cuts as long as the most viewed one: another cut's second is not the same moment of the story.
-- In: cells, cuts.
WITH lengths AS (
    SELECT episode, cut, max(second) AS last, sum(starts) AS views
    FROM cells SEMI JOIN (SELECT episode, cut FROM cuts WHERE whole) USING (episode, cut)
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
    series, episode, market, second,
    sum(starts)::BIGINT AS starts,
    sum(at_risk)::BIGINT AS at_risk,
    sum(exits)::BIGINT AS exits,
    sum(watched_ms)::BIGINT AS watched_ms,
    sum(rewatches)::BIGINT AS rewatches
FROM cells SEMI JOIN main USING (episode, cut)
GROUP BY series, episode, market, second
ORDER BY series, episode, market, second
