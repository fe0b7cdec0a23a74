-- Markets and platforms of events, numbered in their order.
-- In: events_raw.
SELECT market, platform, row_number() OVER (ORDER BY market, platform) AS place
FROM (SELECT DISTINCT market, platform FROM events_raw) told
