-- Play events with the day of the view that they belong to (see midnights) and the number of market and platform.
-- In: events_once, midnights(sitting, day, until), days, event_places(market, platform, place).
SELECT
    e.sitting, e.viewer_id, e.cut_number, e."at", e.turn, CAST(e.position_ms AS INTEGER) AS position_ms, e.copies,
    CAST(p.place AS INTEGER) AS place,
    CASE WHEN m.until >= e."at" THEN CAST(e."at" - INTERVAL 1 DAY AS DATE) ELSE CAST(e."at" AS DATE) END AS day
FROM events_once e
LEFT JOIN midnights m ON m.sitting = e.sitting AND m.day = CAST(e."at" AS DATE)
LEFT JOIN event_places p ON p.market = e.market AND p.platform = e.platform
WHERE e.turn <= 12
