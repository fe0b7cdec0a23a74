-- Meta's ad reports: a table of Ads Manager, or rows of the Insights API.
-- In: given.
SELECT
    CASE
        WHEN blank THEN 'not_json'
        WHEN coalesce(stop, start) <> coalesce(start, stop) AND "day" IS NULL THEN 'several_days'
    END AS fault,
    coalesce("day", start) AS raw_time,
    'facebook' AS platform,
    country AS place,
    ad,
    spend,
    coalesce(currency, nullif(regexp_extract(spend_heading, '\(([A-Za-z]{3})\)', 1), '')) AS currency,
    impressions,
    coalesce(link_clicks, inline_link_clicks, clicks) AS clicks,
    coalesce(
        installs,
        list_filter(from_json(actions_json, '[{"action_type":"VARCHAR","value":"VARCHAR"}]'),
            lambda a: a.action_type IN ('mobile_app_install', 'omni_app_install'))[1].value
    ) AS installs,
    account
FROM given
