-- TikTok's ad reports: a table of Ads Manager, or rows of the reporting API (dimensions and metrics).
-- In: given.
SELECT
    CASE WHEN blank THEN 'not_json' END AS fault,
    left("day", 10) AS raw_time,
    'tiktok' AS platform,
    country AS place,
    ad,
    spend,
    coalesce(currency, nullif(regexp_extract(spend_heading, '\(([A-Za-z]{3})\)', 1), '')) AS currency,
    impressions,
    clicks,
    installs,
    account
FROM given
