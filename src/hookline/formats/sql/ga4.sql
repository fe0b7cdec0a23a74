-- Google Analytics 4 events as they are exported to BigQuery.
--
-- What a video event says stands in event_params, a list of keys with one of four kinds of value.  BigQuery's Parquet
-- wraps each element of a list once more.
-- In: given, instant(text), episode_in(text).
WITH listed AS (
    SELECT
        *,
        list_transform(
            from_json(coalesce(event_params_json -> '$.list', event_params_json), '["JSON"]'),
            lambda p: coalesce(p -> '$.element', p -> '$.item', p)
        ) AS params,
        list_transform(
            from_json(coalesce(items_json -> '$.list', items_json), '["JSON"]'),
            lambda i: coalesce(i -> '$.element', i -> '$.item', i)
        ) AS items
    FROM given
),
valued AS (
    SELECT
        *,
        map_from_entries(list_transform(
            list_distinct(list_filter(list_transform(params, lambda p: p ->> '$.key'), lambda k: k IS NOT NULL)),
            lambda k: {'key': k, 'value': list_filter(params, lambda p: p ->> '$.key' = k)[1] -> '$.value'}
        )) AS named
    FROM listed
),
told AS (
    SELECT
        *,
        coalesce(nullif(user_id, ''), nullif(user_pseudo_id, '')) AS viewer,
        named['ga_session_id'] ->> '$.int_value' AS ga_session,
        named['video_title'] ->> '$.string_value' AS title,
        named['video_url'] ->> '$.string_value' AS url,
        coalesce(named['episode'] ->> '$.string_value', named['episode'] ->> '$.int_value') AS own_episode,
        coalesce(named['video_current_time'] ->> '$.int_value', named['video_current_time'] ->> '$.double_value',
            named['video_current_time'] ->> '$.float_value', named['video_current_time'] ->> '$.string_value') AS at_s,
        coalesce(named['video_duration'] ->> '$.int_value', named['video_duration'] ->> '$.double_value',
            named['video_duration'] ->> '$.float_value', named['video_duration'] ->> '$.string_value') AS length_s,
        coalesce(named['video_percent'] ->> '$.int_value', named['video_percent'] ->> '$.double_value') AS percent
    FROM valued
)
SELECT
    CASE WHEN blank OR coalesce(event_name, event_timestamp, viewer) IS NULL THEN 'not_json' END AS fault,
    event_name,
    concat_ws(' ', user_pseudo_id, user_id, ga_session, event_name, event_timestamp, title, url, at_s, percent, own_episode, items::VARCHAR) AS message,
    viewer,
    user_pseudo_id || ' ' || ga_session AS "session",  -- a session's number is unique for its user only
    CASE event_name
        WHEN 'video_start' THEN 'start'
        WHEN 'video_progress' THEN 'playing'
        WHEN 'video_complete' THEN 'complete'
        WHEN 'view_item' THEN 'offered'
        WHEN 'purchase' THEN 'unlocked'
        WHEN 'in_app_purchase' THEN 'unlocked'
        WHEN 'share' THEN 'shared'
        WHEN 'like' THEN 'liked'
        ELSE 'unneeded'
    END AS kind,
    instant(event_timestamp) AS "at",
    event_timestamp AS raw_time,
    named['program'] ->> '$.string_value' AS program,
    coalesce(own_episode, episode_in(title), episode_in(url), episode_in(items[1] ->> '$.item_name'), episode_in(items[1] ->> '$.item_id')) AS episode,
    coalesce(named['video_id'] ->> '$.string_value', title, url, items[1] ->> '$.item_id') AS asset,
    named['cut'] ->> '$.string_value' AS cut_id,
    country AS place,
    "language" AS locale,
    coalesce(nullif(lower(platform), ''), device) AS platform,
    -- a player that sends no time still sends how many per cent it is at
    coalesce(at_s, (try_cast(percent AS DOUBLE) / 100 * try_cast(length_s AS DOUBLE))::VARCHAR) AS "position",
    length_s AS "length",
    CASE WHEN len(items) > 1 THEN to_json(list_transform(items, lambda i: {
        'product_id': i ->> '$.item_id', 'price': i ->> '$.price', 'quantity': i ->> '$.quantity',
        'episode': coalesce(episode_in(i ->> '$.item_name'), episode_in(i ->> '$.item_id'))
    })) END AS products_json,
    coalesce(items[1] ->> '$.price', named['value'] ->> '$.double_value', named['value'] ->> '$.float_value', named['value'] ->> '$.int_value') AS price,
    coalesce(named['value'] ->> '$.double_value', named['value'] ->> '$.float_value', named['value'] ->> '$.int_value') AS revenue,
    named['currency'] ->> '$.string_value' AS currency,
    named['method'] ->> '$.string_value' AS method,
    named['traffic_type'] ->> '$.string_value' = 'internal' OR named['debug_mode'] ->> '$.int_value' = '1' AS tester
FROM told
