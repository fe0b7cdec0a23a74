-- Prepared installs to the canonical table; viewer ids become pseudonyms.
-- In: rows_in; series (parameter).
SELECT
    pseudonym(viewer_id) AS viewer_id,
    coalesce(series, $series) AS series,
    ad_cut,
    lower(coalesce(platform, '')) AS platform,
    coalesce(market, '') AS market,
    "at"
FROM rows_in
WHERE viewer_id IS NOT NULL AND ad_cut IS NOT NULL AND "at" IS NOT NULL
