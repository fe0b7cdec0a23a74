-- One row for each line of a Segment file, its fields picked out and its ids made pseudonyms.
--
-- Why a step of its own: JSON is parsed once, and no raw id is ever written, not even to a temporary file.
-- `fault` names what makes the line useless, in the order in which it is worth telling.
-- In: file, compression (parameters); pseudonym(text), token(text), instant(text).
WITH named AS (
    SELECT
        call,
        call.properties AS p,
        regexp_replace(lower(call.event), '[^a-z0-9]', '', 'g') AS name,
        coalesce(nullif(trim(call.userId), ''), nullif(trim(call.anonymousId), '')) AS viewer
    FROM read_ndjson(
        $file,
        ignore_errors = true,  -- a line that is no JSON object comes as a row of NULLs, and is counted
        compression = $compression,
        maximum_object_size = 4194304,
        columns = {
            "type": 'VARCHAR', "action": 'VARCHAR', "event": 'VARCHAR', "messageId": 'VARCHAR',
            "userId": 'VARCHAR', "anonymousId": 'VARCHAR',
            "timestamp": 'VARCHAR', "originalTimestamp": 'VARCHAR', "sentAt": 'VARCHAR', "receivedAt": 'VARCHAR',
            "context": 'STRUCT(
                locale VARCHAR, location STRUCT(country VARCHAR), device STRUCT("type" VARCHAR),
                os STRUCT("name" VARCHAR), library STRUCT("name" VARCHAR)
            )',
            "properties": 'STRUCT(
                session_id VARCHAR, asset_id VARCHAR, content_asset_id VARCHAR, content_asset_ids JSON,
                cut_id VARCHAR, program VARCHAR, season VARCHAR, episode VARCHAR, "position" VARCHAR,
                total_length VARCHAR, market VARCHAR, country VARCHAR, platform VARCHAR, simulated VARCHAR,
                product_id VARCHAR, products JSON, price VARCHAR, revenue VARCHAR, total VARCHAR,
                currency VARCHAR, method VARCHAR
            )'
        }
    ) call
),
known AS (
    SELECT
        *,
        CASE name
            WHEN 'videoplaybackstarted' THEN 'start'
            WHEN 'videoplaybackpaused' THEN 'pause'
            WHEN 'videoplaybackresumed' THEN 'resume'
            WHEN 'videoplaybackinterrupted' THEN 'interrupt'
            WHEN 'videoplaybackseekstarted' THEN 'seek_from'
            WHEN 'videoplaybackseekcompleted' THEN 'seek_to'
            WHEN 'videoplaybackcompleted' THEN 'complete'
            WHEN 'videoplaybackexited' THEN 'exit'
            WHEN 'videocontentstarted' THEN 'start'
            WHEN 'videocontentplaying' THEN 'playing'
            WHEN 'videocontentcompleted' THEN 'complete'
            WHEN 'productviewed' THEN 'offered'
            WHEN 'episodeoffered' THEN 'offered'
            WHEN 'ordercompleted' THEN 'unlocked'
            WHEN 'episodeunlocked' THEN 'unlocked'
            WHEN 'videoadstarted' THEN 'ad'
            WHEN 'videoadplaying' THEN 'ad'
            WHEN 'videoadcompleted' THEN 'ad'
            WHEN 'videoplaybackbufferstarted' THEN 'unneeded'
            WHEN 'videoplaybackbuffercompleted' THEN 'unneeded'
            WHEN 'videoqualityupdated' THEN 'unneeded'
        END AS kind,
        instant(call."timestamp") AS stamped
    FROM named
),
timed AS (
    SELECT
        *,
        -- Segment's own correction for a client's wrong clock, where it hasn't been made yet
        CASE WHEN stamped IS NOT NULL THEN stamped ELSE coalesce(
            instant(call.receivedAt) - (instant(call.sentAt) - instant(call.originalTimestamp)),
            instant(call.originalTimestamp), instant(call.sentAt), instant(call.receivedAt)
        ) END AS happened
    FROM known
)
SELECT
    CASE
        WHEN call IS NULL OR coalesce(call.type, call.action, call.event, viewer, call.messageId) IS NULL THEN 'not_json'
        WHEN call.event IS NULL THEN 'not_track'
        WHEN coalesce(call.type, call.action, 'track') <> 'track' THEN 'not_track'
        WHEN kind IS NULL THEN 'unknown_event'
        WHEN kind = 'unneeded' THEN 'unneeded'
        WHEN viewer IS NULL THEN 'no_viewer'
        WHEN happened IS NULL OR happened NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
    END AS fault,
    call.event AS event_name,
    coalesce(call."timestamp", call.originalTimestamp, call.sentAt, call.receivedAt) AS raw_time,
    coalesce(p.simulated = 'true' OR call.context.library.name = 'hookline-simulate', false) AS simulated,
    token(coalesce(call.messageId, concat_ws(' ', name, viewer, p.session_id, p.asset_id, happened, p.position))) AS event_id,
    pseudonym(viewer) AS viewer_id,
    token(nullif(trim(p.session_id), '')) AS session_id,
    kind,
    starts_with(name, 'videocontent') AS of_content,
    happened AS "at",
    nullif(trim(p.program), '') AS program,
    nullif(trim(p.season), '') AS season,
    nullif(trim(p.episode), '') AS episode_text,
    -- for the first event of a session the specification sends a list: the first of it starts
    coalesce(
        nullif(trim(p.asset_id), ''), nullif(trim(p.content_asset_id), ''), nullif(trim(p.product_id), ''),
        p.content_asset_ids ->> '$[0]', CASE WHEN json_type(p.content_asset_ids) = 'VARCHAR' THEN p.content_asset_ids ->> '$' END
    ) AS asset,
    nullif(trim(p.cut_id), '') AS cut_id,
    coalesce(p.market, p.country, call.context.location.country) AS place,
    nullif(upper(regexp_extract(call.context.locale, '[-_]([A-Za-z]{2})$', 1)), '') AS locale_country,
    lower(coalesce(p.platform, call.context.device.type, call.context.os.name,
        CASE WHEN call.context.library.name IN ('analytics.js', '@segment/analytics-next') THEN 'web' END, '')) AS platform,
    p.position AS position_text,
    try_cast(p.position AS DOUBLE) AS position_s,
    p.total_length AS length_text,
    try_cast(p.total_length AS DOUBLE) AS length_s,
    CASE WHEN kind = 'unlocked' AND json_type(p.products) = 'ARRAY' THEN p.products END AS products,
    try_cast(coalesce(p.price, p.revenue, p.total) AS DOUBLE) AS price,
    try_cast(coalesce(p.revenue, p.total) AS DOUBLE) AS revenue,
    upper(nullif(trim(p.currency), '')) AS currency,
    lower(p.method) AS method
FROM timed
