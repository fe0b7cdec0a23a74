-- What ads cost and how often they were clicked, by currency and day (in days since 1970).
-- In: given = spent.
SELECT
    CASE WHEN $cut THEN ad_cut ELSE '' END AS cut,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    CASE WHEN $market THEN market ELSE '' END AS market,
    currency,
    date_diff('day', DATE '1970-01-01', day) AS day,
    sum(spend_micros)::BIGINT AS spend_micros,
    sum(clicks)::BIGINT AS clicks
FROM given
WHERE spend_micros > 0
GROUP BY ALL
