-- Installs that an ad brought, and what those viewers paid, by currency, day of install (in days since 1970) and age.
-- In: given = acquired.
SELECT
    CASE WHEN $cut THEN ad_cut ELSE '' END AS cut,
    CASE WHEN $platform THEN platform ELSE '' END AS platform,
    CASE WHEN $market THEN market ELSE '' END AS market,
    currency,
    date_diff('day', DATE '1970-01-01', day) AS day,
    age_days,
    sum(installs)::BIGINT AS installs,
    sum(starters)::BIGINT AS starters,
    sum(payers)::BIGINT AS payers,
    sum(paid_micros)::BIGINT AS paid_micros,
    sum(squares) AS squares
FROM given
WHERE ad_cut <> ''
GROUP BY ALL
