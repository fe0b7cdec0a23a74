-- Snowplow's enriched events, one a line, to the columns that the JSON form names.
--
-- An enriched event has 131 columns, parted by tabs; SQL counts them from 1.  Contexts and the event itself are
-- self-describing JSON, those that enrichments added stand apart (123).
-- In: lines(line).
WITH parted AS (
    SELECT *, list_transform(string_split(line, chr(9)), lambda cell: nullif(trim(cell), '')) AS cells FROM lines
),
whole AS (  -- a line of another length has nothing where it belongs
    SELECT * REPLACE (CASE WHEN len(cells) >= 131 THEN cells ELSE [] END AS cells) FROM parted
)
SELECT
    cells[1] AS app_id,
    cells[2] AS platform,
    cells[4] AS collector_tstamp,
    cells[5] AS dvce_created_tstamp,
    cells[7] AS event_id,
    cells[13] AS user_id,
    cells[16] AS domain_userid,
    cells[18] AS network_userid,
    cells[19] AS geo_country,
    cells[31] AS page_title,
    cells[36] AS page_urlpath,
    try_cast(cells[53] AS JSON) AS contexts_json,
    try_cast(cells[59] AS JSON) AS unstruct_json,
    cells[62] AS tr_total,
    cells[78] AS useragent,
    cells[84] AS br_lang,
    cells[109] AS tr_currency,
    try_cast(cells[123] AS JSON) AS derived_json,
    cells[124] AS domain_sessionid,
    cells[125] AS derived_tstamp,
    cells[127] AS event_name,
    NULL::VARCHAR AS client_userid,
    NULL::VARCHAR AS client_session,
    NULL::VARCHAR AS current_time_s,
    NULL::VARCHAR AS duration_s,
    NULL::VARCHAR AS label,
    NULL::VARCHAR AS media_session,
    NULL::VARCHAR AS robot,
    NULL::VARCHAR AS agent_class,
    NULL::VARCHAR AS revenue,
    NULL::VARCHAR AS currency,
    len(cells) = 0 AS blank
FROM whole
