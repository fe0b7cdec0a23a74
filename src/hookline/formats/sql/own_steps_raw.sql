-- Prepared steps to the canonical table; viewer ids become pseudonyms.
-- In: rows_in; series (parameter).
SELECT
    pseudonym(viewer_id) AS viewer_id,
    coalesce(series, $series) AS series,
    episode,
    lower(event) AS event,
    "at",
    price_micros,
    upper(currency) AS currency
FROM rows_in
WHERE viewer_id IS NOT NULL AND "at" IS NOT NULL AND event IS NOT NULL
