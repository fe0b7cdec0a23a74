-- What was paid, by currency: amounts of different currencies are never added.
-- In: paid_sums, this(series).
SELECT
    t.series, episode, market, platform, day, currency,
    sum(payers) AS payers, sum(payments) AS payments, sum(revenue_micros) AS revenue_micros
FROM paid_sums CROSS JOIN this t
WHERE payments > 0
GROUP BY t.series, episode, market, platform, day, currency
