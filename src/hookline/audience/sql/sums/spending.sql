-- What viewers paid, by how many days after they first started the series, with what an interval needs.
--
-- Sums up to an age give each viewer's spending up to it: payers, its sum, and the sum of its squares (which each
-- payment raises from upto² before it to upto² after it).  Squares are added up as whole numbers, so that no order of
-- adding changes a digit, and told in units of the currency.
-- In: steps_raw, first_seen, this(series).
WITH paid AS (
    SELECT s.viewer_id, coalesce(s.currency, '') AS currency, greatest(0, date_diff('day', f.day, s."at"::DATE)) AS age_days,
        sum(s.price_micros)::HUGEINT AS micros
    FROM steps_raw s JOIN first_seen f USING (viewer_id)
    WHERE s.event = 'unlocked' AND s.price_micros > 0
    GROUP BY ALL
),
running AS (
    SELECT *, sum(micros) OVER (PARTITION BY viewer_id, currency ORDER BY age_days)::HUGEINT AS upto,
        row_number() OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS nth
    FROM paid
),
grown AS (
    SELECT
        f.market, f.platform, f.day, r.currency, r.age_days,
        count(*) FILTER (nth = 1) AS payers, sum(micros) AS paid_micros, sum(micros * (2 * upto - micros)) AS squares
    FROM running r JOIN first_seen f USING (viewer_id)
    GROUP BY ALL
)
SELECT
    t.series, market, platform, day, currency, age_days::INTEGER AS age_days, payers, paid_micros::BIGINT AS paid_micros,
    (squares // 1000000000000000000)::BIGINT::DOUBLE * 1e6 + (squares % 1000000000000000000)::BIGINT::DOUBLE / 1e12 AS squares
FROM grown CROSS JOIN this t
