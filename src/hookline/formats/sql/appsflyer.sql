-- AppsFlyer's in-app events: purchases and offers of episodes.
-- In: given, instant(text), episode_in(text).
WITH told AS (
    SELECT
        *,
        CASE WHEN json_valid(event_value) THEN event_value::JSON END AS said,
        coalesce(nullif(customer_user_id, ''), nullif(appsflyer_id, '')) AS viewer
    FROM given
),
named AS (
    SELECT
        *,
        coalesce(said ->> '$.af_content_id[0]', said ->> '$.af_content_id') AS content_id,
        coalesce(said ->> '$.af_content[0]', said ->> '$.af_content') AS content
    FROM told
)
SELECT
    CASE WHEN blank OR coalesce(event_name, event_time, viewer) IS NULL THEN 'not_json' END AS fault,
    event_name,
    concat_ws(' ', viewer, event_name, event_time, event_value) AS message,
    viewer,
    CASE event_name
        WHEN 'af_purchase' THEN CASE WHEN lower(said ->> '$.method') IN ('ad', 'rewarded_ad') THEN 'ad_unlocked' ELSE 'unlocked' END
        WHEN 'af_content_view' THEN 'offered'
        WHEN 'af_share' THEN 'shared'
        WHEN 'af_subscribe' THEN 'converted'
        ELSE 'unneeded'
    END AS kind,
    instant(event_time) AS "at",
    event_time AS raw_time,
    said ->> '$.program' AS program,
    coalesce(said ->> '$.episode', episode_in(content_id), episode_in(content)) AS episode,
    coalesce(content_id, content) AS asset,
    country_code AS place,
    "platform",
    coalesce(event_revenue, said ->> '$.af_revenue', said ->> '$.af_price') AS price,
    coalesce(event_revenue_currency, said ->> '$.af_currency') AS currency,
    user_agent
FROM named
