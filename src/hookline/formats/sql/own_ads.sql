-- Prepared rows of ad spend to the canonical table.
-- In: rows_in; series (parameter).
SELECT
    coalesce(series, $series) AS series,
    ad_cut,
    lower(platform) AS platform,
    coalesce(market, '') AS market,
    "day",
    spend_micros,
    upper(currency) AS currency,
    impressions,
    clicks,
    installs,
    coalesce(account, '') AS account
FROM rows_in
WHERE ad_cut IS NOT NULL AND platform IS NOT NULL AND "day" IS NOT NULL AND spend_micros IS NOT NULL
