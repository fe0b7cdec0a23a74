-- Play events of the days, with what went on around them.
--
--   in_ad     an advertisement runs: the last mark before is its start, less than 5 minutes old.  What the player
--             says of its position then is the advertisement's, or stands still: it isn't used.
--   ad_us     time of advertisements that began up to here; each ends with the next mark, or after 5 minutes
--   own_ad_us   of the one that begins here
--   unseen    the player was hidden when the event came: its position is told, but nobody saw it
--   hidden    the player is hidden from this event on
--   hidings   how often it was hidden up to here
-- In: events_dated, days, with_marks(sitting).
WITH marked AS (
    SELECT
        sitting, viewer_id, cut_number, "at", turn, position_ms, day, min(place) AS place, CAST(sum(copies) AS BIGINT) AS copies,
        CASE turn WHEN 11 THEN 2 * epoch_us("at") + 1 WHEN 0 THEN 2 * epoch_us("at") END AS ad_mark,
        CASE turn WHEN 12 THEN 2 * epoch_us("at") + 1 WHEN 1 THEN 2 * epoch_us("at") END AS hide_mark
    FROM events_dated SEMI JOIN days USING (day) SEMI JOIN with_marks USING (sitting)
    GROUP BY sitting, viewer_id, cut_number, "at", turn, position_ms, day
),
ads AS (
    SELECT
        *,
        max(ad_mark) OVER earlier AS last_ad,
        max(hide_mark) OVER earlier AS last_hide,
        CASE WHEN turn = 11
            THEN least(coalesce(min(CASE WHEN turn IN (0, 11) THEN epoch_us("at") END) OVER later - epoch_us("at"), 300000000), 300000000)
            ELSE 0 END AS ad_lasts_us
    FROM marked
    WINDOW
        earlier AS (
            PARTITION BY sitting, day ORDER BY "at", turn, coalesce(position_ms, -1)
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        later AS (
            PARTITION BY sitting, day ORDER BY "at", turn, coalesce(position_ms, -1)
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        )
)
SELECT
    sitting, viewer_id, cut_number, day, "at", turn, position_ms, place, copies,
    coalesce(last_ad % 2 = 1 AND 2 * epoch_us("at") - last_ad < 599999999, false) AS in_ad,
    CAST(sum(ad_lasts_us) OVER so_far AS BIGINT) AS ad_us, CAST(ad_lasts_us AS BIGINT) AS own_ad_us,
    coalesce(last_hide % 2 = 1, false) AS unseen,
    CASE turn WHEN 12 THEN true WHEN 1 THEN false ELSE coalesce(last_hide % 2 = 1, false) END AS hidden,
    CAST(sum(CASE WHEN turn = 12 THEN 1 ELSE 0 END) OVER so_far AS BIGINT) AS hidings
FROM ads
WINDOW so_far AS (
    PARTITION BY sitting, day ORDER BY "at", turn, coalesce(position_ms, -1)
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
UNION ALL
SELECT sitting, viewer_id, cut_number, day, "at", turn, position_ms, place, copies, false, 0, 0, false, false, 0
FROM events_dated SEMI JOIN days USING (day) ANTI JOIN with_marks USING (sitting)
