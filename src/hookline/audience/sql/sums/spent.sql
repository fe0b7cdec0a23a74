-- What ads cost: rows of one file are added, overlapping files are not: of several files' figures for one account's ad,
-- platform, market and day the largest stands (a later report of a day is more complete).  Accounts are added.
-- In: ads_in(filename), this(series).
WITH told AS (
    SELECT ad_cut, platform, market, day, coalesce(currency, '') AS currency, coalesce(account, '') AS account, filename,
        sum(spend_micros) AS spend_micros, sum(impressions) AS impressions, sum(clicks) AS clicks,
        sum(installs) AS installs
    FROM ads_in SEMI JOIN this USING (series)
    WHERE day IS NOT NULL
    GROUP BY ALL
),
once AS (
    SELECT
        ad_cut, platform, market, day, currency, account,
        max(spend_micros) AS spend_micros, max(impressions) AS impressions, max(clicks) AS clicks, max(installs) AS installs
    FROM told
    GROUP BY ALL
)
SELECT
    t.series, ad_cut, platform, market, day, currency,
    sum(spend_micros) AS spend_micros, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(installs) AS installs
FROM once CROSS JOIN this t
GROUP BY ALL
