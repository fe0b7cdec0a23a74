-- Prepared events to the canonical table; ids become pseudonyms.  An event without an id is known by its content.
-- In: rows_in; series (parameter).
SELECT
    mark(coalesce(event_id, concat_ws(' ', coalesce(session_id, ''), viewer_id, coalesce(episode, 0), coalesce("cut", ''), "at",
        kind, coalesce(position_ms, -1), coalesce(price_micros, -1)))) AS event_id,
    coalesce(token(nullif(session_id, '')), '') AS session_id,
    pseudonym(viewer_id) AS viewer_id,
    coalesce(series, $series) AS series,
    episode,
    coalesce("cut", '') AS "cut",
    coalesce(market, '') AS market,
    coalesce(platform, '') AS platform,
    "at",
    lower(kind) AS kind,
    position_ms,
    duration_ms,
    price_micros,
    upper(currency) AS currency,
    lower(agent) AS agent,
    clock
FROM rows_in
WHERE viewer_id IS NOT NULL AND "at" IS NOT NULL AND kind IS NOT NULL
