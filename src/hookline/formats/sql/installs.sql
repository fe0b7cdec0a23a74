-- Picked installs to the canonical table.
-- In: picked, countries, this.
SELECT
    fault,
    NULL::VARCHAR AS note,
    zoneless(raw_time) AS no_zone,
    NULL::VARCHAR AS event_name,
    raw_time,
    NULL::VARCHAR AS program,
    NULL::VARCHAR AS season,
    NULL::VARCHAR AS episode_text,
    NULL::VARCHAR AS position_text,
    event_id,
    viewer_id,
    t.series,
    ad_cut,
    platform,
    coalesce(CASE WHEN length(place) = 2 THEN upper(place) END, k.code, place, '') AS market,
    "at"
FROM picked
CROSS JOIN this t
LEFT JOIN countries k ON k.name = lower(place)
