-- What a source says of whole views, ids made pseudonyms and values checked one by one.
-- In: source, pseudonym(text), token(text).
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN viewer IS NULL THEN 'no_viewer'
        WHEN "at" IS NULL OR "at" NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
        WHEN is_bot(agent_words) THEN 'bot'
    END AS fault,
    raw_time,
    coalesce(simulated, false) AS simulated,
    token(coalesce(message, concat_ws(' ', viewer, asset, "at"))) AS event_id,
    pseudonym(viewer) AS viewer_id,
    "at",
    clean(program) AS program,
    clean(season) AS season,
    clean(episode) AS episode_text,
    clean(asset) AS asset,
    clean(cut_id) AS cut_id,
    clean(place) AS place,
    lower(coalesce(platform, '')) AS platform,
    "position" AS position_text,
    try_cast("position" AS DOUBLE) * 1000 / coalesce(per_s, 1) AS exit_ms,
    try_cast("length" AS DOUBLE) * 1000 / coalesce(per_s, 1) AS duration_ms,
    try_cast(watched AS DOUBLE) * 1000 / coalesce(per_s, 1) AS watched_ms,
    completed
FROM (SELECT *, lower(user_agent) AS agent_words FROM source)
