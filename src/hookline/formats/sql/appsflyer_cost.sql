-- AppsFlyer's cost reports: what every network charged, by ad and day.
-- In: given.
SELECT
    CASE WHEN blank THEN 'not_json' END AS fault,
    "day" AS raw_time,
    media_source AS platform,
    country AS place,
    coalesce(nullif(ad, ''), nullif(ad_id, '')) AS ad,
    spend,
    currency,
    impressions,
    clicks,
    installs,
    account
FROM given
