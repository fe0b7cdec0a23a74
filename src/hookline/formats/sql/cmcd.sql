-- Common Media Client Data (CTA-5004, versions 1 and 2) in the lines of any log.
--
-- A line holds the keys as a query argument (CMCD=..., encoded), as headers or bodies (key=value), or as JSON.  Its time is
-- the key ts, else the line's own.  CMCD names no viewer: each session counts as one.
-- In: given(line), instant(text), episode_in(text).
WITH decoded AS (
    SELECT
        line,
        CASE WHEN contains(line, 'CMCD=') THEN url_decode(regexp_extract(line, 'CMCD=([^&\s"]+)', 1)) ELSE line END AS data
    FROM given
    WHERE line IS NOT NULL AND NOT starts_with(line, '#') AND trim(line) NOT IN ('', '[', ']')  -- headings of W3C logs
),
told AS (
    SELECT
        *,
        nullif(coalesce(nullif(cmcd_text(data, 'sid'), ''), ''), '') AS sid,
        cmcd_text(data, 'cid') AS cid,
        cmcd_text(data, 'e') AS e,
        cmcd_text(data, 'sta') AS sta,
        cmcd_text(data, 'ts') AS ts,
        regexp_extract(data, '(?:^|[,\s{?&])"?pt"?\s*[=:]\s*"?(-?[\d.]+)', 1) AS pt,
        regexp_matches(data, '(?:^|[,\s{:])"?bg"?(\s*[=:]\s*(true|\?1|1))?\s*(,|}|$|\s|")') AS bg,
        coalesce(
            nullif(regexp_extract(line, '(\d{4}-\d\d-\d\d[T \t]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)', 1), '')
        ) AS logged
    FROM decoded
)
SELECT
    CASE WHEN sid IS NULL AND cid IS NULL AND e IS NULL AND pt = '' THEN 'not_json' END AS fault,
    coalesce('e=' || e || coalesce(' sta=' || nullif(sta, ''), ''), 'request' || coalesce(' sta=' || nullif(sta, ''), '')) AS event_name,
    NULL::VARCHAR AS message,
    sid AS viewer,
    sid AS "session",
    CASE
        WHEN e IN ('as', 'abs') THEN CASE e WHEN 'as' THEN 'ad_start' ELSE 'unneeded' END
        WHEN e IN ('ae', 'abe') THEN CASE e WHEN 'ae' THEN 'ad_end' ELSE 'unneeded' END
        WHEN e = 'b' THEN CASE WHEN bg THEN 'hidden' ELSE 'shown' END
        WHEN e IN ('', 'ps', 't', 'rr') OR e IS NULL THEN CASE
            WHEN pt = '' AND sta NOT IN ('e', 'q', 's') THEN 'unneeded'
            WHEN sta = 's' AND coalesce(e, '') <> 'rr' THEN 'start'
            WHEN sta = 'p' AND e = 'ps' THEN CASE WHEN try_cast(pt AS DOUBLE) < 1000 THEN 'start' ELSE 'resume' END
            WHEN sta = 'a' THEN 'pause'
            WHEN sta = 'e' THEN 'complete'
            WHEN sta = 'q' THEN 'exit'
            WHEN sta = 'f' THEN 'interrupt'
            WHEN sta IN ('k', 'r', 'w', 'd') THEN 'unneeded'
            WHEN pt <> '' THEN 'playing'
            ELSE 'unneeded'
        END
        WHEN e IN ('bc', 'c', 'ce', 'e', 'h', 'm', 'um', 'pe', 'pc', 'pr', 'sk') THEN 'unneeded'
    END AS kind,
    coalesce(instant(nullif(ts, '')), instant(replace(logged, chr(9), ' '))) AS "at",
    coalesce(nullif(ts, ''), replace(logged, chr(9), ' ')) AS raw_time,
    coalesce(episode_in(cid), nullif(regexp_extract(cid, '^\D{0,12}?(\d{1,4})$', 1), '')) AS episode,
    cid AS asset,
    nullif(pt, '') AS "position",
    1000 AS per_s,
    line AS user_agent
FROM told
