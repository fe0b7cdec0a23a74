-- What an ad platform's report says, values checked one by one.
-- In: source, day_of(text), number(text), token(text).
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN clean(ad) IS NULL THEN 'no_ad'
        WHEN day_of(raw_time) IS NULL OR day_of(raw_time) NOT BETWEEN DATE '2000-01-01' AND DATE '2100-01-01' THEN 'no_day'
        WHEN number(spend) IS NULL OR NOT abs(number(spend)) < 1e12 THEN 'no_spend'
    END AS fault,
    false AS simulated,
    NULL::VARCHAR AS program,
    NULL::VARCHAR AS season,
    raw_time,
    spend,
    token(concat_ws(' ', ad, raw_time, place, platform, spend, impressions)) AS event_id,
    trim(ad) AS ad_cut,
    lower(platform) AS platform,
    clean(place) AS place,
    day_of(raw_time) AS "day",
    number(spend) AS spent,
    upper(clean(currency)) AS currency,
    number(impressions) AS impressions,
    number(clicks) AS clicks,
    number(installs) AS installs,
    coalesce(clean(account), '') AS account
FROM source
