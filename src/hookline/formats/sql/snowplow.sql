-- Snowplow's media events (v2), as the Analytics SDK writes them or with contexts still self-describing.
--
-- Positions are the media player's currentTime: content seconds, in which linear ads don't count.  derived_tstamp is
-- Snowplow's own correction for a wrong clock; its times are UTC.
-- In: given, instant(text), episode_in(text).
WITH described AS (
    SELECT
        *,
        -- contexts as they were sent: {"schema": ..., "data": [{"schema": ..., "data": {...}}, ...]}, perhaps as text
        list_concat(
            from_json(
                CASE json_type(contexts_json) WHEN 'VARCHAR' THEN try_cast(contexts_json ->> '$' AS JSON) ELSE contexts_json END -> '$.data',
                '["JSON"]'
            ),
            from_json(
                CASE json_type(derived_json) WHEN 'VARCHAR' THEN try_cast(derived_json ->> '$' AS JSON) ELSE derived_json END -> '$.data',
                '["JSON"]'
            )
        ) AS contexts,
        CASE json_type(unstruct_json) WHEN 'VARCHAR' THEN try_cast(unstruct_json ->> '$' AS JSON) ELSE unstruct_json END AS unstruct
    FROM given
),
found AS (
    SELECT
        *,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', 'snowplow/media_player/jsonschema/'))[1] -> '$.data' AS player,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', '.media/session/jsonschema/'))[1] ->> '$.data.mediaSessionId' AS own_session,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', 'spiders_and_robots/jsonschema/'))[1] ->> '$.data.spiderOrRobot' AS own_robot,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', 'yauaa_context/jsonschema/'))[1] ->> '$.data.agentClass' AS own_class,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', 'snowplow/client_session/jsonschema/'))[1] -> '$.data' AS own_client,
        list_filter(contexts, lambda c: contains(c ->> '$.schema', 'ecommerce/transaction/jsonschema/'))[1] -> '$.data' AS own_paid,
        coalesce(
            nullif(event_name, ''), nullif(regexp_extract(unstruct ->> '$.data.schema', '/(\w+)/jsonschema/', 1), '')
        ) AS event
    FROM described
),
told AS (
    SELECT
        *,
        coalesce(current_time_s, player ->> '$.currentTime') AS at_s,
        coalesce(label, player ->> '$.label') AS title,
        regexp_replace(event, '_event$', '') AS name
    FROM found
)
SELECT
    CASE WHEN blank OR coalesce(event, event_id, collector_tstamp, derived_tstamp) IS NULL THEN 'not_json' END AS fault,
    event AS event_name,
    event_id AS message,
    coalesce(nullif(user_id, ''), nullif(domain_userid, ''), nullif(network_userid, ''), nullif(client_userid, ''),
        own_client ->> '$.userId') AS viewer,
    coalesce(media_session, own_session, nullif(domain_sessionid, ''), nullif(client_session, ''), own_client ->> '$.sessionId') AS "session",
    CASE name
        WHEN 'play' THEN CASE WHEN try_cast(at_s AS DOUBLE) < 1 THEN 'start' ELSE 'resume' END
        WHEN 'pause' THEN 'pause'
        WHEN 'end' THEN 'complete'
        WHEN 'ping' THEN 'playing'
        WHEN 'percent_progress' THEN 'playing'
        WHEN 'seek_start' THEN 'seek_from'
        WHEN 'seek_end' THEN 'seek_to'
        WHEN 'ad_start' THEN 'ad_start'
        WHEN 'ad_complete' THEN 'ad_end'
        WHEN 'ad_skip' THEN 'ad_end'
        WHEN 'application_background' THEN 'hidden'
        WHEN 'application_foreground' THEN 'shown'
        WHEN 'transaction' THEN 'unlocked'
        WHEN 'media_player' THEN 'unneeded'
        ELSE CASE WHEN regexp_full_match(name,
            '(ready|buffer_(start|end)|(quality|volume|fullscreen|picture_in_picture|playback_rate)_change|error|ad_.*|page_.*|link_click|struct|focus_form|change_form|submit_form)')
            THEN 'unneeded' END
    END AS kind,
    coalesce(
        instant(regexp_replace(derived_tstamp, '(\d)$', '\1Z')), instant(regexp_replace(collector_tstamp, '(\d)$', '\1Z')),
        instant(regexp_replace(dvce_created_tstamp, '(\d)$', '\1Z'))
    ) AS "at",
    regexp_replace(coalesce(derived_tstamp, collector_tstamp, dvce_created_tstamp), '(\d)$', '\1Z') AS raw_time,
    coalesce(episode_in(title), episode_in(page_title), episode_in(page_urlpath)) AS episode,
    title AS asset,
    geo_country AS place,
    coalesce(br_lang, '') AS locale,
    coalesce(CASE platform WHEN 'mob' THEN 'mobile' WHEN 'srv' THEN 'server' WHEN 'pc' THEN 'desktop' END, platform) AS platform,
    at_s AS "position",
    coalesce(duration_s, player ->> '$.duration') AS "length",
    coalesce(revenue, own_paid ->> '$.revenue', tr_total) AS price,
    coalesce(currency, own_paid ->> '$.currency', tr_currency) AS currency,
    useragent AS user_agent,
    -- Snowplow's own enrichments say it too
    CASE WHEN coalesce(robot, own_robot) = 'true' OR coalesce(agent_class, own_class) IN ('Robot', 'Robot Mobile', 'Hacker') THEN true END AS robot,
    app_id = 'hookline-simulate' AS simulated
FROM told
