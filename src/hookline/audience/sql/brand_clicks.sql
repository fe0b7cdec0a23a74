-- First clicks of views, by the second of the episode in which they fell, and how many of those viewers bought afterwards.
--
-- A click belongs to the viewer's latest view of the episode that had begun.  Its place is what the player said, else the
-- time since the view began; where that lies well past the view's end the click has no place (second NULL).
-- In: views, steps_raw, events_in.
WITH clicks AS (
    SELECT viewer_id, episode, "at" FROM steps_raw WHERE event = 'clicked' GROUP BY ALL
),
told AS (
    SELECT c.viewer_id, c.episode, c."at", min(e.position_ms) AS position_ms
    FROM clicks c
    LEFT JOIN events_in e
        ON e.viewer_id = c.viewer_id AND e.episode = c.episode AND e.kind = 'clicked' AND e."at" = c."at"
    GROUP BY ALL
),
of_view AS (
    SELECT
        t.viewer_id, t.episode, t."at", v.view_id, v.cut, v.duration_ms,
        coalesce(t.position_ms, epoch_ms(t."at") - epoch_ms(v.started_at)) AS place_ms,
        t.position_ms IS NOT NULL OR epoch_ms(t."at") - epoch_ms(v.started_at) <= v.exit_ms + 5000 AS placed,
        row_number() OVER (PARTITION BY t.viewer_id, t.episode, t."at" ORDER BY v.started_at DESC) AS nth
    FROM told t
    JOIN views v ON v.viewer_id = t.viewer_id AND v.episode = t.episode AND v.started_at <= t."at"
),
first AS (
    SELECT *, row_number() OVER (PARTITION BY view_id ORDER BY "at") AS turn FROM of_view WHERE nth = 1
),
bought AS (
    SELECT f.view_id, count(*) > 0 AS bought
    FROM first f
    JOIN steps_raw s ON s.viewer_id = f.viewer_id AND s.event = 'converted' AND s."at" >= f."at"
        AND s."at" < f."at" + INTERVAL 7 DAY
    WHERE f.turn = 1
    GROUP BY f.view_id
)
SELECT
    f.episode, f.cut,
    CASE WHEN f.placed THEN least(f.place_ms, f.duration_ms - 1) // 1000 END AS second,
    count(*) AS clicks, count(b.view_id) AS bought
FROM first f LEFT JOIN bought b USING (view_id)
WHERE f.turn = 1
GROUP BY ALL
ORDER BY ALL
