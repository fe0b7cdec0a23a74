-- AppsFlyer's installs: which ad a viewer came from.  Organic installs came without one.
-- In: given, instant(text).
SELECT
    CASE
        WHEN blank OR coalesce(install_time, appsflyer_id, media_source) IS NULL THEN 'not_json'
        WHEN event_name NOT IN ('install', 'reinstall', 're-attribution', 're-engagement') THEN 'not_install'
    END AS fault,
    coalesce(nullif(customer_user_id, ''), nullif(appsflyer_id, '')) AS viewer,
    instant(install_time) AS "at",
    install_time AS raw_time,
    CASE WHEN lower(media_source) <> 'organic' THEN coalesce(nullif(ad, ''), nullif(ad_id, ''), nullif(campaign, '')) END AS ad,
    coalesce(nullif(media_source, ''), 'organic') AS platform,
    country_code AS place,
    user_agent
FROM given
