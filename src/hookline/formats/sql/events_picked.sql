-- What a source says of its events, its ids made pseudonyms and its values checked one by one.
--
-- Why a step of its own: a source is parsed once, and no raw id is ever written, not even to a temporary file.
-- `fault` names what makes a row useless, in the order in which it is worth telling.
-- In: source (a source's own query), pseudonym(text), token(text).
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
    raw_time,
    coalesce(simulated, false) AS simulated,
    token(coalesce(message, concat_ws(' ', event_name, viewer, "session", asset, episode, "at", "position", price))) AS event_id,
    pseudonym(viewer) AS viewer_id,
    token("session") AS session_id,
    kind,
    coalesce(counts_ads, false) AS counts_ads,
    "at",
    nullif(trim(program), '') AS program,
    nullif(trim(season), '') AS season,
    nullif(trim(episode), '') AS episode_text,
    nullif(trim(asset), '') AS asset,
    nullif(trim(cut_id), '') AS cut_id,
    nullif(trim(place), '') AS place,
    CASE WHEN place IS NULL THEN nullif(upper(regexp_extract(locale, '[-_]([A-Za-z]{2})$', 1)), '') END AS locale_country,
    lower(coalesce(platform, '')) AS platform,
    "position" AS position_text,
    try_cast("position" AS DOUBLE) / coalesce(per_s, 1) AS position_s,
    CASE WHEN counts_ads IS NOT true THEN try_cast("length" AS DOUBLE) / coalesce(per_s, 1) END AS length_s,
    CASE WHEN kind = 'unlocked' AND json_type(products_json) = 'ARRAY' THEN products_json END AS products,
    try_cast(price AS DOUBLE) AS price,
    try_cast(revenue AS DOUBLE) AS revenue,
    upper(nullif(trim(currency), '')) AS currency,
    lower(method) AS method,
    CASE WHEN tester THEN 'tester' WHEN robot OR is_bot(user_agent) THEN 'bot' END AS agent
FROM source
