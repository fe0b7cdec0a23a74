-- Segment's track calls: which event each is, when it happened, what it names.
-- In: given, instant(text), clean(text), pseudonym(text).
WITH folded AS (
    SELECT
        *,
        CASE event  -- as most write them
            WHEN 'Video Content Playing' THEN 'videocontentplaying'
            WHEN 'Video Content Started' THEN 'videocontentstarted'
            WHEN 'Video Playback Started' THEN 'videoplaybackstarted'
            WHEN 'Video Content Completed' THEN 'videocontentcompleted'
            WHEN 'Video Playback Exited' THEN 'videoplaybackexited'
            ELSE replace(replace(replace(lower(event), ' ', ''), '_', ''), '-', '')
        END AS name
    FROM given
),
known AS (
    SELECT
        *,
        CASE name
            WHEN 'videocontentplaying' THEN 'playing'
            WHEN 'videoplaybackstarted' THEN 'start'
            WHEN 'videocontentstarted' THEN 'start'
            WHEN 'videoplaybackexited' THEN 'exit'
            WHEN 'videocontentcompleted' THEN 'complete'
            WHEN 'videoplaybackpaused' THEN 'pause'
            WHEN 'videoplaybackresumed' THEN 'resume'
            WHEN 'videoplaybackinterrupted' THEN 'interrupt'
            WHEN 'videoplaybackseekstarted' THEN 'seek_from'
            WHEN 'videoplaybackseekcompleted' THEN 'seek_to'
            WHEN 'videoplaybackcompleted' THEN 'complete'
            WHEN 'productviewed' THEN 'offered'
            WHEN 'episodeoffered' THEN 'offered'
            WHEN 'ordercompleted' THEN 'unlocked'
            WHEN 'episodeunlocked' THEN 'unlocked'
            WHEN 'videoadstarted' THEN 'ad_start'
            WHEN 'videoadcompleted' THEN 'ad_end'
            WHEN 'applicationbackgrounded' THEN 'hidden'
            WHEN 'applicationforegrounded' THEN 'shown'
            WHEN 'videoadplaying' THEN 'unneeded'
            WHEN 'applicationopened' THEN 'unneeded'
            WHEN 'videoplaybackbufferstarted' THEN 'unneeded'
            WHEN 'videoplaybackbuffercompleted' THEN 'unneeded'
            WHEN 'videoqualityupdated' THEN 'unneeded'
        END AS kind,
        coalesce(clean(user_id), clean(anonymous_id)) AS viewer,
        coalesce(pseudonym(clean(user_id)), pseudonym(clean(anonymous_id))) AS viewer_name
    FROM folded
),
placed AS (
    SELECT *, starts_with(name, 'videocontent') AS of_content, coalesce(kind IN ('ad_start', 'ad_end'), false) AS of_ad FROM known
)
SELECT
    CASE
        WHEN blank OR coalesce(type, event, viewer, message_id) IS NULL THEN 'not_json'
        WHEN event IS NULL OR coalesce(type, 'track') <> 'track' THEN 'not_track'
    END AS fault,
    event AS event_name,
    message_id AS message,
    viewer,
    viewer_name,
    clean(session_id) AS "session",
    -- with mid-roll ads, content is "completed" at the end of each part of it
    CASE WHEN name = 'videocontentcompleted' AND try_cast("position" AS DOUBLE) < try_cast(total_length AS DOUBLE) - 1
        THEN 'pause' ELSE kind END AS kind,
    NOT of_content AND NOT of_ad AND kind NOT IN ('offered', 'unlocked') AS counts_ads,
    -- Segment's own correction for a client's wrong clock, where it hasn't been made yet
    coalesce(
        instant("timestamp"),
        instant(received_at) - (instant(sent_at) - instant(original_timestamp)),
        instant(original_timestamp), instant(sent_at), instant(received_at)
    ) AS "at",
    coalesce("timestamp", original_timestamp, sent_at, received_at) AS raw_time,
    program,
    season,
    episode,
    -- an ad's asset is the ad; for the first event of a session the specification sends a list: the first of it starts
    coalesce(
        CASE WHEN NOT of_ad THEN clean(asset_id) END, clean(content_asset_id), clean(product_id),
        content_asset_ids_json ->> '$[0]',
        CASE WHEN json_type(content_asset_ids_json) = 'VARCHAR' THEN content_asset_ids_json ->> '$' END
    ) AS asset,
    cut_id,
    coalesce(market, country, location_country) AS place,
    locale,
    coalesce(platform, device_type, os_name,
        CASE WHEN library_name IN ('analytics.js', '@segment/analytics-next') THEN 'web' END) AS platform,
    CASE WHEN NOT of_ad THEN "position" END AS "position",
    CASE WHEN of_content THEN total_length END AS "length",
    products_json,
    coalesce(price, revenue, total) AS price,
    coalesce(revenue, total) AS revenue,
    currency,
    method,
    simulated = 'true' OR library_name = 'hookline-simulate' AS simulated,
    user_agent,
    coalesce(tester = 'true' OR traits_tester = 'true', false) AS tester
FROM placed
