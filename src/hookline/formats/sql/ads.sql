-- Picked rows of ad reports to the canonical table.  A number that is not there is NULL, not 0.
-- In: picked, countries, this.
SELECT
    fault,
    CASE WHEN currency IS NULL THEN 'no_currency' END AS note,
    false AS no_zone,
    NULL::VARCHAR AS event_name,
    raw_time,
    NULL::VARCHAR AS program,
    NULL::VARCHAR AS season,
    NULL::VARCHAR AS episode_text,
    spend AS position_text,
    event_id,
    t.series,
    ad_cut,
    platform,
    coalesce(CASE WHEN length(place) = 2 THEN upper(place) END, k.code, place, '') AS market,
    "day",
    CASE WHEN abs(spent) < 1e12 THEN round(spent * 1000000)::BIGINT END AS spend_micros,
    currency,
    CASE WHEN abs(impressions) < 1e15 THEN impressions::BIGINT END AS impressions,
    CASE WHEN abs(clicks) < 1e15 THEN clicks::BIGINT END AS clicks,
    CASE WHEN abs(installs) < 1e15 THEN installs::BIGINT END AS installs,
    account
FROM picked
CROSS JOIN this t
LEFT JOIN countries k ON k.name = lower(place)
