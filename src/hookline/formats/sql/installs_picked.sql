-- What an attribution service says of installs, ids made pseudonyms.
-- In: source, pseudonym(text), token(text).
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN viewer IS NULL THEN 'no_viewer'
        WHEN "at" IS NULL OR "at" NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
        WHEN is_bot(agent_words) THEN 'bot'
    END AS fault,
    false AS simulated,
    NULL::VARCHAR AS program,
    NULL::VARCHAR AS season,
    raw_time,
    token(concat_ws(' ', viewer, "at", ad)) AS event_id,
    pseudonym(viewer) AS viewer_id,
    coalesce(trim(ad), '') AS ad_cut,
    lower(coalesce(trim(platform), '')) AS platform,
    clean(place) AS place,
    "at"
FROM (SELECT *, lower(user_agent) AS agent_words FROM source)
