-- xAPI statements of the Video profile.
--
-- A seek is one statement and two events: where it left and where it arrived.  Where a statement has no time, the end
-- of the last played segment ("0[.]12[,]30[.]41") is where it was.
--
-- Played segments say exactly what was played in the session so far, in order.  Each becomes two events, where it began
-- and where it ended, just before the statement that first tells it: laid back at three times normal speed, the
-- quickest that counts as play, so that they never reach back behind what really went before.  Their ids are made of the
-- session, the segment's place in the list and its edge: so a list that is told again adds nothing, and a segment that
-- is told again when it has grown is played on from where it ended before.
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
        coalesce(title_json ->> '$.en-US', title_json ->> '$.en', title_json ->> (json_keys(title_json)[1])) AS title,
        coalesce(instant("timestamp"), instant(stored)) AS "at",
        list_transform(
            CASE WHEN nullif(trim(played_segments), '') IS NOT NULL THEN string_split(played_segments, '[,]') END,
            lambda part: {
                'from_ms': round(try_cast(string_split(part, '[.]')[1] AS DOUBLE) * 1000),
                'to_ms': round(try_cast(string_split(part, '[.]')[2] AS DOUBLE) * 1000)
            }
        ) AS segments
    FROM given
),
checked AS (
    SELECT
        *,
        -- how long each segment takes at the quickest; none where it is no stretch
        list_transform(segments, lambda one: CASE
            WHEN one.from_ms >= 0 AND one.to_ms > one.from_ms AND one.to_ms < 1e9 THEN ceil((one.to_ms - one.from_ms) / 3)
        END) AS least_ms,
        -- its session tells stretches: what single statements say of positions adds nothing
        coalesce(bool_or(len(segments) > 0) OVER (PARTITION BY viewer, "session", object_id), false) AS of_stretches
    FROM told
),
placed AS (
    SELECT
        *,
        segments[n] AS span,
        least_ms[n] AS own_ms,
        1 + coalesce(list_sum(list_transform(least_ms[n + 1:], lambda one: one + 1)), 0) AS after_ms
    FROM (
        SELECT *, unnest(range(1, len(segments) + 1)) AS n
        FROM checked
        WHERE "at" IS NOT NULL AND viewer IS NOT NULL AND object_id IS NOT NULL
    )
    WHERE least_ms[n] IS NOT NULL
),
edges AS (
    SELECT
        * EXCLUDE (kind, edge, "at"),
        edge.kind AS kind,
        edge.at_ms AS edge_ms,
        "at" - to_milliseconds(CAST(edge.before_ms AS BIGINT)) AS "at"
    FROM (
        SELECT
            *,
            NULL AS kind,
            unnest([
                {'kind': CASE n WHEN 1 THEN 'start' ELSE 'seek_to' END, 'at_ms': span.from_ms, 'before_ms': after_ms + own_ms},
                {'kind': 'pause', 'at_ms': span.to_ms, 'before_ms': after_ms}
            ]) AS edge
        FROM placed
    )
    QUALIFY row_number() OVER (
        PARTITION BY viewer, "session", object_id, n, edge.kind, edge.at_ms ORDER BY "at", edge.before_ms
    ) = 1
),
happened AS (
    SELECT
        * EXCLUDE (segments, least_ms),
        CASE WHEN list_has_any(list_transform(least_ms, lambda one: one IS NULL), [true]) THEN 'bad_segments' END AS mended,
        CASE WHEN kind = 'seek_to' THEN id || '-to' ELSE id END AS message,
        CASE
            WHEN of_stretches THEN NULL
            WHEN kind = 'seek_from' THEN time_from
            WHEN kind = 'seek_to' THEN time_to
            ELSE at_s
        END AS "position",
        'moment' AS clock
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
        FROM checked
    )
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (segments, least_ms, span, own_ms, after_ms, n, edge_ms),
        NULL AS mended,
        concat_ws(' ', viewer, "session", object_id, n, kind, edge_ms::BIGINT) AS message,
        (edge_ms / 1000)::VARCHAR AS "position",
        'stretch' AS clock
    FROM edges
)
SELECT
    CASE WHEN blank OR coalesce(verb, object_id, viewer) IS NULL THEN 'not_json' END AS fault,
    mended,
    name AS event_name,
    message,
    viewer,
    "session",
    kind,
    "at",
    coalesce("timestamp", stored) AS raw_time,
    coalesce(episode, episode_in(title), episode_in(object_id)) AS episode,
    object_id AS asset,
    country AS place,
    "language" AS locale,
    platform,
    "position",
    coalesce("length", object_length) AS "length",
    user_agent,
    clock
FROM happened
