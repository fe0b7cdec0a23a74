-- Adobe's media collection calls: the Media Collection API's body or XDM, one call a line.
--
-- Only sessionStart says who watches what; the other calls carry the session.  playhead is content seconds: ads don't count.
-- In: given, instant(text), episode_in(text).
WITH told AS (
    SELECT
        *,
        regexp_replace(event_type, '^media\.', '') AS name,
        coalesce(nullif(session_id, ''), nullif(regexp_extract(url, 'sessions/([^/?]+)', 1), '')) AS "session",
        coalesce(nullif(visitor, ''), nullif(analytics_visitor, ''), identity_map_json ->> '$.ECID[0].id') AS viewer
    FROM given
),
sessions AS (  -- what its start says of a session
    SELECT
        "session",
        min(viewer) AS viewer, min(media_id) AS media_id, min(media_name) AS media_name, min("show") AS "show",
        min(season) AS season, min(episode) AS episode, min("length") AS "length", min(player) AS player,
        min(country) AS country, min(channel) AS channel, min(ad_id) AS ad_id, min(user_agent) AS user_agent
    FROM told
    WHERE "session" IS NOT NULL AND name = 'sessionStart'
    GROUP BY "session"
)
SELECT
    CASE WHEN blank OR coalesce(name, playhead, ts) IS NULL THEN 'not_json' END AS fault,
    name AS event_name,
    concat_ws(' ', t."session", name, playhead, coalesce(instant(ts), instant(stamped)), t.ad_id) AS message,
    coalesce(t.viewer, s.viewer) AS viewer,
    t."session",
    CASE name
        WHEN 'sessionStart' THEN 'start'
        WHEN 'play' THEN CASE WHEN try_cast(playhead AS DOUBLE) < 1 THEN 'start' ELSE 'resume' END
        WHEN 'ping' THEN 'playing'
        WHEN 'chapterStart' THEN 'playing'
        WHEN 'chapterComplete' THEN 'playing'
        WHEN 'pauseStart' THEN 'pause'
        WHEN 'adStart' THEN 'ad_start'
        WHEN 'adComplete' THEN 'ad_end'
        WHEN 'adSkip' THEN 'ad_end'
        WHEN 'sessionComplete' THEN 'complete'
        WHEN 'sessionEnd' THEN 'exit'
        WHEN 'bufferStart' THEN 'unneeded'
        WHEN 'bitrateChange' THEN 'unneeded'
        WHEN 'error' THEN 'unneeded'
        WHEN 'statesUpdate' THEN 'unneeded'
        WHEN 'stateStart' THEN 'unneeded'
        WHEN 'stateEnd' THEN 'unneeded'
        WHEN 'chapterSkip' THEN 'unneeded'
        WHEN 'adBreakStart' THEN 'unneeded'
        WHEN 'adBreakComplete' THEN 'unneeded'
    END AS kind,
    coalesce(instant(ts), instant(stamped)) AS "at",
    coalesce(ts, stamped) AS raw_time,
    coalesce(t."show", s."show") AS program,
    regexp_extract(coalesce(t.season, s.season), '(\d+)\D*$', 1) AS season,
    coalesce(t.episode, s.episode, episode_in(coalesce(t.media_name, s.media_name)), episode_in(coalesce(t.media_id, s.media_id))) AS episode,
    coalesce(t.media_id, s.media_id) AS asset,
    coalesce(t.country, s.country) AS place,
    coalesce(t.player, s.player) AS platform,
    CASE WHEN name NOT LIKE 'ad%' THEN playhead END AS "position",
    coalesce(t."length", s."length") AS "length",
    coalesce(t.user_agent, s.user_agent) AS user_agent
FROM told t LEFT JOIN sessions s ON s."session" = t."session"
