-- Payments by currency, first day (in days since 1970) and the payer's age in the series.
-- In: given = spending.
SELECT
    CASE WHEN $market THEN market ELSE '' END AS market,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    currency,
    date_diff('day', DATE '1970-01-01', day) AS day,
    age_days,
    sum(payers)::BIGINT AS payers,
    sum(paid_micros)::BIGINT AS paid_micros,
    sum(squares) AS squares
FROM given
GROUP BY ALL
