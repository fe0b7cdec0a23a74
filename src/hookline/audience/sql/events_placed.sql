-- Play events with the day of the view that they belong to, and what went on around them.
--
-- A view belongs to the UTC day it began on.  A sitting that runs over midnight is not torn: an event of the first hour
-- of a day belongs to the day before if the sitting goes on without a break of 30 minutes since before midnight.
--
--   in_ad     an advertisement runs: the last mark before is its start, less than 5 minutes old.  What the player
--             says of its position then is the advertisement's, or stands still: it isn't used.
--   ad_us     time of advertisements that began up to here; each ends with the next mark, or after 5 minutes
--   own_ad_us   of the one that begins here
--   unseen    the player was hidden when the event came: its position is told, but nobody saw it
--   hidden    the player is hidden from this event on
--   hidings   how often it was hidden up to here
-- Only sittings with such marks are looked at for them: few players send any.
-- In: events_once.
WITH around AS (
    SELECT viewer_id, session_id, episode, cut, "at", turn, kind, position_ms, duration_ms, place, copies
    FROM events_once
    WHERE turn <= 12
),
near_midnight AS (
    SELECT
        *,
        coalesce(
            epoch_us("at") - epoch_us(lag("at") OVER (PARTITION BY viewer_id, session_id, episode, cut ORDER BY "at")) > 1800000000,
            true
        ) AS breaks
    FROM around
    WHERE hour("at") = 0 OR hour("at") = 23
),
runs AS (
    SELECT *, sum(CASE WHEN breaks THEN 1 ELSE 0 END) OVER (
        PARTITION BY viewer_id, session_id, episode, cut ORDER BY "at" RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS run
    FROM near_midnight
),
begun AS (
    SELECT *, min("at") OVER (PARTITION BY viewer_id, session_id, episode, cut, run) AS began FROM runs
),
dated AS (
    SELECT viewer_id, session_id, episode, cut, "at", turn, kind, position_ms, duration_ms, place, copies,
        CASE WHEN hour("at") = 0 AND CAST(began AS DATE) < CAST("at" AS DATE)
            THEN CAST("at" - INTERVAL 1 DAY AS DATE) ELSE CAST("at" AS DATE) END AS day
    FROM begun
    UNION ALL
    SELECT viewer_id, session_id, episode, cut, "at", turn, kind, position_ms, duration_ms, place, copies,
        CAST("at" AS DATE) AS day
    FROM around
    WHERE hour("at") BETWEEN 1 AND 22
),
wanted AS (
    SELECT d.* FROM dated d SEMI JOIN days USING (day)
),
with_marks AS (
    SELECT DISTINCT viewer_id, session_id, episode, cut, day FROM wanted WHERE turn IN (0, 1, 11, 12)
),
marks AS (
    SELECT
        w.*,
        CASE kind WHEN 'ad_start' THEN 2 * epoch_us("at") + 1 WHEN 'ad_end' THEN 2 * epoch_us("at") END AS ad_mark,
        CASE kind WHEN 'hidden' THEN 2 * epoch_us("at") + 1 WHEN 'shown' THEN 2 * epoch_us("at") END AS hide_mark
    FROM wanted w SEMI JOIN with_marks USING (viewer_id, session_id, episode, cut, day)
),
ads AS (
    SELECT
        *,
        max(ad_mark) OVER earlier AS last_ad,
        max(hide_mark) OVER earlier AS last_hide,
        CASE WHEN kind = 'ad_start'
            THEN least(coalesce(min(CASE WHEN turn IN (0, 11) THEN epoch_us("at") END) OVER later - epoch_us("at"), 300000000), 300000000)
            ELSE 0 END AS ad_lasts_us
    FROM marks
    WINDOW
        earlier AS (
            PARTITION BY viewer_id, session_id, episode, cut, day ORDER BY "at", turn, coalesce(position_ms, -1)
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        later AS (
            PARTITION BY viewer_id, session_id, episode, cut, day ORDER BY "at", turn, coalesce(position_ms, -1)
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        )
)
SELECT
    viewer_id, session_id, episode, cut, day, "at", turn, kind, position_ms, duration_ms, place, copies,
    coalesce(last_ad % 2 = 1 AND 2 * epoch_us("at") - last_ad < 599999999, false) AS in_ad,
    CAST(sum(ad_lasts_us) OVER so_far AS BIGINT) AS ad_us, CAST(ad_lasts_us AS BIGINT) AS own_ad_us,
    coalesce(last_hide % 2 = 1, false) AS unseen,
    CASE kind WHEN 'hidden' THEN true WHEN 'shown' THEN false ELSE coalesce(last_hide % 2 = 1, false) END AS hidden,
    CAST(sum(CASE WHEN kind = 'hidden' THEN 1 ELSE 0 END) OVER so_far AS BIGINT) AS hidings
FROM ads
WINDOW so_far AS (
    PARTITION BY viewer_id, session_id, episode, cut, day ORDER BY "at", turn, coalesce(position_ms, -1)
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
UNION ALL
SELECT viewer_id, session_id, episode, cut, day, "at", turn, kind, position_ms, duration_ms, place, copies,
    false, 0, 0, false, false, 0
FROM wanted ANTI JOIN with_marks USING (viewer_id, session_id, episode, cut, day)
