-- Installs by ad, platform, market and day, and what those viewers paid by full days (24 h) since they installed.
--
-- Rows of currency '' and age -1 count installs and starters; the others are payments, as in spending.sql.
-- Payments before the install are not the ad's: left out.  Squares as in spending.sql.
-- In: installed, steps_raw, this(series).
WITH paid AS (
    SELECT s.viewer_id, coalesce(s.currency, '') AS currency,
        (epoch_us(s."at") - epoch_us(i."at")) // 86400000000 AS age_days, sum(s.price_micros)::HUGEINT AS micros
    FROM steps_raw s JOIN installed i USING (viewer_id)
    WHERE s.event = 'unlocked' AND s.price_micros > 0 AND s."at" >= i."at"
    GROUP BY ALL
),
running AS (
    SELECT *, sum(micros) OVER (PARTITION BY viewer_id, currency ORDER BY age_days)::HUGEINT AS upto,
        row_number() OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS nth
    FROM paid
),
grown AS (
    SELECT
        i.ad_cut, i.platform, i.market, i."at"::DATE AS day, r.currency, r.age_days,
        count(*) FILTER (nth = 1) AS payers, sum(micros) AS paid_micros, sum(micros * (2 * upto - micros)) AS squares
    FROM running r JOIN installed i USING (viewer_id)
    GROUP BY ALL
)
SELECT t.series, ad_cut, platform, market, "at"::DATE AS day, '' AS currency, -1 AS age_days,
    count(*) AS installs, count(started_at) AS starters, 0 AS payers, 0 AS paid_micros, 0.0 AS squares
FROM installed CROSS JOIN this t
GROUP BY ALL
UNION ALL
SELECT t.series, ad_cut, platform, market, day, currency, age_days::INTEGER, 0, 0, payers, paid_micros::BIGINT,
    (squares // 1000000000000000000)::BIGINT::DOUBLE * 1e6 + (squares % 1000000000000000000)::BIGINT::DOUBLE / 1e12
FROM grown CROSS JOIN this t
