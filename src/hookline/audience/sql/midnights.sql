-- Until when a sitting that began before midnight goes on after it: (sitting, day, until).
--
-- A view belongs to the UTC day it began on.  A sitting that runs over midnight is not torn: an event of the first hour
-- of a day belongs to the day before if the sitting goes on without a break of 30 minutes since before midnight.
-- In: events_once.
WITH late AS (
    SELECT sitting, "at" FROM events_once WHERE turn <= 12 AND (hour("at") = 0 OR hour("at") = 23)
),
over_midnight AS (
    SELECT * FROM late SEMI JOIN (
        SELECT sitting FROM late GROUP BY sitting HAVING min(hour("at")) = 0 AND max(hour("at")) = 23
    ) both_sides USING (sitting)
),
parted AS (
    SELECT
        sitting, "at",
        coalesce(epoch_us("at") - epoch_us(lag("at") OVER (PARTITION BY sitting ORDER BY "at")) > 1800000000, true) AS breaks
    FROM over_midnight
),
runs AS (
    SELECT sitting, "at", sum(CASE WHEN breaks THEN 1 ELSE 0 END) OVER (
        PARTITION BY sitting ORDER BY "at" RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS run
    FROM parted
)
SELECT sitting, CAST(max("at") AS DATE) AS day, max("at") AS until
FROM runs
GROUP BY sitting, run
HAVING CAST(min("at") AS DATE) < CAST(max("at") AS DATE)
