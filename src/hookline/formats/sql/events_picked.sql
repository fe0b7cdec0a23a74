-- What a source says of its events, its ids made pseudonyms and its values checked one by one.
--
-- Why a step of its own: a source is parsed once, and no raw id is ever written, not even to a temporary file.
-- `fault` names what makes a row useless, in the order in which it is worth telling.
-- In: source (a source's own query; viewer_name is the viewer's pseudonym), token(text), mark(text), clean(text),
-- zoneless(text).
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN kind IS NULL THEN 'unknown_event'
        WHEN kind = 'unneeded' THEN 'unneeded'
        WHEN viewer IS NULL THEN 'no_viewer'
        WHEN "at" IS NULL OR "at" NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
    END AS fault,
    mended,
    event_name,
    -- examples of what can be wrong with a time or a position, and nothing else: texts are most of what is written
    CASE
        WHEN ends_with(raw_time, 'Z') AND "at" BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN NULL ELSE raw_time
    END AS raw_time,
    CASE WHEN isfinite(try_cast("position" AS DOUBLE)) THEN NULL ELSE "position" END AS position_text,
    zoneless(raw_time) AS no_zone,
    coalesce(simulated, false) AS simulated,
    mark(coalesce(message, concat_ws(' ', event_name, viewer, "session", asset, episode, "at", "position", price))) AS event_id,
    viewer_name AS viewer_id,
    token("session") AS session_id,
    hash("session") AS sitting,  -- a number to find the session by, within this import
    kind,
    coalesce(counts_ads, false) AS counts_ads,
    "at",
    clean(program) AS program,
    clean(season) AS season,
    clean(episode) AS episode_text,
    clean(asset) AS asset,
    clean(cut_id) AS cut_id,
    clean(place) AS place,
    CASE WHEN place IS NULL THEN nullif(upper(regexp_extract(locale, '[-_]([A-Za-z]{2})$', 1)), '') END AS locale_country,
    lower(coalesce(platform, '')) AS platform,
    try_cast("position" AS DOUBLE) / coalesce(per_s, 1) AS position_s,
    CASE WHEN counts_ads IS NOT true THEN try_cast("length" AS DOUBLE) / coalesce(per_s, 1) END AS length_s,
    CASE WHEN kind = 'unlocked' AND json_type(products_json) = 'ARRAY' THEN products_json END AS products,
    try_cast(price AS DOUBLE) AS price,
    try_cast(revenue AS DOUBLE) AS revenue,
    upper(clean(currency)) AS currency,
    lower(method) AS method,
    CASE WHEN tester THEN 'tester' WHEN robot OR is_bot(agent_words) THEN 'bot' END AS agent,
    clock
FROM (SELECT *, lower(user_agent) AS agent_words FROM source)
