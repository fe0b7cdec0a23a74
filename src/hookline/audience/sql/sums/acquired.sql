-- Installs by ad, platform, market and day, and what those viewers paid by full days (24 h) since they installed.
--
-- Rows of currency '' and age -1 count installs and starters; the others are payments, as in spending.sql.
-- Payments before the install are not the ad's: left out.
-- In: installed, steps_raw, this(series).
WITH paid AS (
    SELECT s.viewer_id, coalesce(s.currency, '') AS currency,
        (epoch_us(s."at") - epoch_us(i."at")) // 86400000000 AS age_days, sum(s.price_micros) / 1e6 AS amount
    FROM steps_raw s JOIN installed i USING (viewer_id)
    WHERE s.event = 'unlocked' AND s.price_micros > 0 AND s."at" >= i."at"
    GROUP BY ALL
),
running AS (
    SELECT *, sum(amount) OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS upto,
        row_number() OVER (PARTITION BY viewer_id, currency ORDER BY age_days) AS nth
    FROM paid
)
SELECT t.series, ad_cut, platform, market, "at"::DATE AS day, '' AS currency, -1 AS age_days,
    count(*) AS installs, count(started_at) AS starters, 0 AS payers, 0 AS paid_micros, 0.0 AS squares
FROM installed CROSS JOIN this t
GROUP BY ALL
UNION ALL
SELECT t.series, i.ad_cut, i.platform, i.market, i."at"::DATE, r.currency, r.age_days::INTEGER, 0, 0,
    count(*) FILTER (nth = 1), round(sum(amount) * 1e6)::BIGINT,
    sum(upto * upto - (upto - amount) * (upto - amount))
FROM running r JOIN installed i USING (viewer_id) CROSS JOIN this t
GROUP BY ALL
