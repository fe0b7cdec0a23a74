-- Usable events, each id once.
--
-- Why min(): whichever copy comes first, and however files are cut and shuffled, the same one stands.
-- Within one UTC day, so that late copies change only their day.
-- What is sent twice under two ids, with the same content, changes nothing of a view: it is counted there (sittings_told),
-- and steps are taken once later (steps_checked).
-- `copies` is how many rows an event stands for.
-- In: events_checked, ids_again(id).
SELECT sitting, viewer_id, session_id, episode, cut, cut_number, "at", turn, kind, position_ms, duration_ms, price_micros, currency,
    market, platform, 1 AS copies
FROM events_checked ANTI JOIN ids_again USING (id)
WHERE fault IS NULL
UNION ALL
SELECT e.sitting, e.viewer_id, e.session_id, e.episode, e.cut, e.cut_number, e."at", e.turn, e.kind,
    nullif(e.position_ms, -1) AS position_ms, e.duration_ms, e.price_micros, e.currency, e.market, e.platform, copies
FROM (
    SELECT
        event_id,
        min({'at': "at", 'turn': turn, 'kind': kind, 'position_ms': coalesce(position_ms, -1), 'session_id': session_id,
            'viewer_id': viewer_id, 'episode': episode, 'cut': cut, 'market': market, 'platform': platform,
            'duration_ms': duration_ms, 'price_micros': price_micros, 'currency': currency, 'sitting': sitting,
            'cut_number': cut_number}) AS e,
        count(*) AS copies
    FROM events_checked SEMI JOIN ids_again USING (id)
    WHERE fault IS NULL
    GROUP BY event_id, CAST("at" AS DATE)
) once
