-- What was paid, by currency: amounts of different currencies are never added.
-- In: steps_raw, viewers, this(series).
SELECT
    t.series, s.episode, v.market, v.platform, v.day, coalesce(s.currency, '') AS currency,
    count(*) AS payments,
    sum(s.price_micros)::BIGINT AS revenue_micros
FROM steps_raw s JOIN viewers v USING (viewer_id) CROSS JOIN this t
WHERE s.event = 'unlocked' AND s.price_micros IS NOT NULL
GROUP BY ALL
