-- xAPI statements of the Video profile.
--
-- A seek is one statement and two events: where it left and where it arrived.  Where a statement has no time, the end
-- of the last played segment ("0[.]12[,]30[.]41") is where it was.
-- In: given, instant(text), episode_in(text).
WITH told AS (
    SELECT
        *,
        regexp_extract(verb, '([^/]+)$', 1) AS name,
        coalesce(time_s, try_cast(regexp_extract(played_segments, '\[\.\]([0-9.]+)$', 1) AS DOUBLE)::VARCHAR) AS at_s,
        coalesce(nullif(session_id, ''), nullif(registration, '')) AS "session",
        coalesce(
            -- without its home page, so that payments from elsewhere find the same viewer
            nullif(account_name, ''), regexp_replace(mbox, '^mailto:', ''), mbox_sha1sum, openid
        ) AS viewer,
        coalesce(title_json ->> '$.en-US', title_json ->> '$.en', title_json ->> (json_keys(title_json)[1])) AS title
    FROM given
)
SELECT
    CASE WHEN blank OR coalesce(verb, object_id, viewer) IS NULL THEN 'not_json' END AS fault,
    name AS event_name,
    CASE WHEN kind = 'seek_to' THEN id || '-to' ELSE id END AS message,
    viewer,
    "session",
    kind,
    coalesce(instant("timestamp"), instant(stored)) AS "at",
    coalesce("timestamp", stored) AS raw_time,
    coalesce(episode, episode_in(title), episode_in(object_id)) AS episode,
    object_id AS asset,
    country AS place,
    "language" AS locale,
    platform,
    CASE kind WHEN 'seek_from' THEN time_from WHEN 'seek_to' THEN time_to ELSE at_s END AS "position",
    coalesce("length", object_length) AS "length",
    user_agent
FROM (
    SELECT
        *,
        unnest(CASE name
            WHEN 'initialized' THEN ['unneeded']
            WHEN 'interacted' THEN ['unneeded']
            WHEN 'played' THEN [CASE WHEN try_cast(at_s AS DOUBLE) < 1 THEN 'start' ELSE 'resume' END]
            WHEN 'paused' THEN ['pause']
            WHEN 'seeked' THEN ['seek_from', 'seek_to']
            WHEN 'completed' THEN ['complete']
            WHEN 'terminated' THEN ['exit']
            WHEN 'shared' THEN ['shared']
            WHEN 'liked' THEN ['liked']
            WHEN 'commented' THEN ['commented']
            ELSE [NULL]
        END) AS kind
    FROM told
)
