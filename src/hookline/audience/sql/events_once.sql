-- Usable events, each once: sent twice under one id, or twice with the same content, is one event.
--
-- Why min() everywhere: whichever copy comes first, and however files are cut and shuffled, the same one stands.
-- Within one UTC day, so that late copies change only their day.
-- `copies` is how many rows an event stands for.
-- In: events_checked.
WITH once AS (
    SELECT
        event_id,
        min({'at': "at", 'turn': turn, 'kind': kind, 'position_ms': coalesce(position_ms, -1), 'session_id': session_id,
            'viewer_id': viewer_id, 'episode': episode, 'cut': cut, 'market': market, 'platform': platform,
            'duration_ms': duration_ms, 'price_micros': price_micros, 'currency': currency}) AS e,
        count(*) AS copies
    FROM events_checked
    WHERE fault IS NULL
    GROUP BY event_id, CAST("at" AS DATE)
)
SELECT
    e.viewer_id, e.session_id, e.episode, e.cut, e."at", e.turn, e.kind,
    nullif(e.position_ms, -1) AS position_ms,
    e.duration_ms, e.price_micros, e.currency,
    min({'market': e.market, 'platform': e.platform}) AS place,
    sum(copies)::BIGINT AS copies
FROM once
GROUP BY e.viewer_id, e.session_id, e.episode, e.cut, e."at", e.turn, e.kind, nullif(e.position_ms, -1), e.duration_ms,
    e.price_micros, e.currency
