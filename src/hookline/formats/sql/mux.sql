-- Mux's views: one row a view, times in ms.  Where it ended is the furthest playhead position; which stretches were
-- watched the export doesn't say.
-- In: given, instant(text), episode_in(text).
SELECT
    CASE WHEN blank OR coalesce(view_id, view_start, video_title, video_id) IS NULL THEN 'not_json' END AS fault,
    view_id AS message,
    coalesce(viewer_user_id, mux_viewer_id) AS viewer,
    coalesce(instant(view_start), instant(view_end)) AS "at",
    coalesce(view_start, view_end) AS raw_time,
    video_series AS program,
    coalesce(episode, episode_in(video_title), episode_in(video_id)) AS episode,
    coalesce(video_id, video_title) AS asset,
    video_variant AS cut_id,
    country AS place,
    coalesce(viewer_device_category, viewer_os_family) AS platform,
    1000 AS per_s,
    max_playhead AS "position",
    coalesce(video_duration, video_source_duration) AS "length",
    coalesce(content_playback_time, playing_time, watch_time) AS watched,
    user_agent
FROM given
