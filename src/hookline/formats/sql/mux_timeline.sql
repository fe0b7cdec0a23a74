-- Mux's views with their timelines: one row a view, one event for each entry of its list.
--
-- The API gives numbers of ms and texts; the streams give {"seconds", "nanos"}.  `seeking` comes when the playhead has
-- already jumped, so its own position is where it is going: where it left is the position before, and the time that has
-- gone by since if it was playing.  A view without a timeline is its start and its end; it is taken as played straight
-- through where its time played agrees with how far it got.
-- In: given, instant(text), episode_in(text).
WITH views AS (
    SELECT
        *,
        json_type(events_json) = 'ARRAY' AND json_array_length(events_json) > 0 AS has_timeline,
        coalesce(instant(view_start), make_timestamp((start_json ->> '$.seconds')::BIGINT * 1000000)) AS began,
        coalesce(instant(view_end), make_timestamp((end_json ->> '$.seconds')::BIGINT * 1000000)) AS ended
    FROM (SELECT * REPLACE (
        CASE WHEN json_valid(start_json::VARCHAR) AND json_type(start_json) = 'OBJECT'
            AND try_cast(start_json ->> '$.seconds' AS BIGINT) < 1e11 THEN start_json END AS start_json,
        CASE WHEN json_valid(end_json::VARCHAR) AND json_type(end_json) = 'OBJECT'
            AND try_cast(end_json ->> '$.seconds' AS BIGINT) < 1e11 THEN end_json END AS end_json
    ) FROM given)
),
listed AS (
    SELECT
        * EXCLUDE (events_json),
        unnest(CASE WHEN has_timeline THEN from_json(events_json, '["JSON"]') WHEN blank THEN [NULL] ELSE [
            json_object(
                'name', 'viewstart', 'at', began,
                'playback_time', CASE
                    WHEN abs(try_cast(playing_time AS DOUBLE) - try_cast(max_playhead AS DOUBLE)) <= 1000 THEN 0
                END
            ),
            json_object('name', 'viewend', 'at', ended, 'playback_time', max_playhead)
        ] END) AS entry,
        unnest(range(CASE WHEN has_timeline THEN json_array_length(events_json)::BIGINT WHEN blank THEN 1 ELSE 2 END)) AS nth
    FROM views
),
read AS (
    SELECT
        *,
        lower(coalesce(entry ->> '$.name', entry ->> '$.type')) AS name,
        coalesce(
            entry -> '$.viewer_time', entry -> '$.viewerTime', entry -> '$.viewer_time_ms', entry -> '$.event_time',
            entry -> '$.server_time', entry -> '$.serverTime', entry -> '$.at'
        ) AS time_json,
        coalesce(
            entry -> '$.playback_time', entry -> '$.playback_time_ms', entry -> '$.playhead_time', entry -> '$.playheadTime'
        ) AS place_json
    FROM listed
),
timed AS (
    SELECT
        *,
        CASE json_type(time_json) WHEN 'OBJECT' THEN
            CASE WHEN try_cast(time_json ->> '$.seconds' AS BIGINT) < 1e11
                THEN make_timestamp(try_cast(time_json ->> '$.seconds' AS BIGINT) * 1000000 + coalesce(try_cast(time_json ->> '$.nanos' AS BIGINT), 0) // 1000)
            END
            ELSE instant(time_json ->> '$')
        END AS "at",
        CASE json_type(place_json) WHEN 'OBJECT' THEN coalesce(try_cast(place_json ->> '$.seconds' AS DOUBLE), 0) * 1000
            + coalesce(try_cast(place_json ->> '$.nanos' AS DOUBLE), 0) / 1000000
            WHEN 'VARCHAR' THEN CASE WHEN ends_with(place_json ->> '$', 's')
                THEN try_cast(rtrim(place_json ->> '$', 's') AS DOUBLE) * 1000 ELSE try_cast(place_json ->> '$' AS DOUBLE) END
            ELSE try_cast(place_json ->> '$' AS DOUBLE)
        END AS place_ms
    FROM read
),
followed AS (
    SELECT
        *,
        lag(name) OVER before AS name_before,
        lag(place_ms) OVER before AS ms_before,
        epoch_ms("at") - epoch_ms(lag("at") OVER before) AS since_ms
    FROM timed
    -- what says nothing of play is in nobody's way
    WINDOW before AS (
        PARTITION BY view_id, name IN (
            'viewstart', 'play', 'playing', 'timeupdate', 'hb', 'heartbeat', 'pause', 'seeking', 'seeked',
            'rebufferstart', 'rebufferend', 'ended', 'viewend'
        )
        ORDER BY "at", nth
    )
)
SELECT
    CASE
        WHEN blank OR coalesce(view_id, view_start, video_title, video_id) IS NULL THEN 'not_json'
    END AS fault,
    CASE WHEN NOT coalesce(has_timeline, false) THEN 'no_timeline' END AS mended,
    name AS event_name,
    concat_ws(' ', view_id, name, epoch_us("at"), place_ms) AS message,
    coalesce(nullif(viewer_user_id, ''), nullif(mux_viewer_id, '')) AS viewer,
    view_id AS "session",
    CASE name
        WHEN 'viewstart' THEN 'start'
        WHEN 'playing' THEN 'resume'
        WHEN 'play' THEN 'resume'
        WHEN 'timeupdate' THEN 'playing'
        WHEN 'hb' THEN 'playing'
        WHEN 'heartbeat' THEN 'playing'
        WHEN 'pause' THEN 'pause'
        WHEN 'rebufferstart' THEN 'pause'
        WHEN 'rebufferend' THEN 'resume'
        WHEN 'seeking' THEN 'seek_from'
        WHEN 'seeked' THEN 'seek_to'
        WHEN 'adbreakstart' THEN 'ad_start'
        WHEN 'adplaying' THEN 'ad_start'
        WHEN 'adended' THEN 'ad_end'
        WHEN 'adskipped' THEN 'ad_end'
        WHEN 'adbreakend' THEN 'ad_end'
        WHEN 'ended' THEN 'complete'
        WHEN 'viewend' THEN 'exit'
        ELSE CASE WHEN regexp_full_match(name,
            '(viewinit|viewdropped|player(init|ready|destroyed)|loadstart|error|videochange|sourcechange|renditionchange|orientationchange|request(started|completed|failed|canceled)|ad.*|.*change)')
            THEN 'unneeded' END
    END AS kind,
    "at",
    coalesce(time_json ->> '$', view_start) AS raw_time,
    video_series AS program,
    coalesce(episode, episode_in(video_title), episode_in(video_id)) AS episode,
    coalesce(nullif(video_id, ''), video_title) AS asset,
    video_variant AS cut_id,
    country AS place,
    coalesce(viewer_device_category, viewer_os_family) AS platform,
    1000 AS per_s,
    CASE
        WHEN name LIKE 'ad%' THEN NULL
        WHEN name = 'seeking' AND name_before = 'seeking' THEN NULL
        WHEN name = 'seeking' AND ms_before IS NOT NULL
            THEN (ms_before + CASE WHEN name_before IN ('playing', 'timeupdate', 'hb', 'heartbeat', 'rebufferend') THEN since_ms ELSE 0 END)::VARCHAR
        WHEN place_ms IS NULL THEN place_json ->> '$'
        ELSE place_ms::VARCHAR
    END AS "position",
    video_duration AS "length",
    user_agent
FROM followed
