-- What viewers paid, by how many days after they first started the series, with what an interval needs.
--
-- Sums up to an age give each viewer's spending up to it: payers, its sum, and the sum of its squares (which each
-- payment raises from upto² before it to upto² after it).  In units of the currency, so that squares stay small.
-- In: steps_raw, first_seen, this(series).
WITH paid AS (
    SELECT s.viewer_id, coalesce(s.currency, '') AS currency, greatest(0, s."at"::DATE - f.day) AS age_days,
        sum(s.price_micros) / 1e6 AS amount
    FROM steps_raw s JOIN first_seen f USING (viewer_id)
    WHERE s.event = 'unlocked' AND s.price_micros > 0
    GROUP BY ALL
),
running AS (
    SELECT *, sum(amount) OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS upto,
        row_number() OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS nth
    FROM paid
)
SELECT
    t.series, f.market, f.platform, f.day, r.currency, r.age_days::INTEGER AS age_days,
    count(*) FILTER (nth = 1) AS payers,
    round(sum(amount) * 1e6)::BIGINT AS paid_micros,
    sum(upto * upto - (upto - amount) * (upto - amount)) AS squares
FROM running r JOIN first_seen f USING (viewer_id) CROSS JOIN this t
GROUP BY ALL
