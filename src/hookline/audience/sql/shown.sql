-- Viewers whom one of an experiment's cuts was shown, at the first of them, with what they did from then on.
--
-- Why the first: a viewer was dealt one cut; who met another later still counts for what was dealt (intention to treat).
-- Outcomes count from the showing for the plan's window; `ready` is whether that window lies inside the data.
-- In: views, steps_raw, arms(cut), trial(episode, next_episode, window_days, currency, cap_micros).
WITH met AS (
    SELECT v.viewer_id, v.cut, v.started_at AS shown_at, v.completed,
        row_number() OVER (PARTITION BY v.viewer_id ORDER BY v.started_at, v.cut) AS nth,
        min(v.cut) OVER (PARTITION BY v.viewer_id) <> max(v.cut) OVER (PARTITION BY v.viewer_id) AS crossed
    FROM views v JOIN trial t ON v.episode = t.episode JOIN arms a ON a.cut = v.cut
),
first AS (
    SELECT viewer_id, cut, shown_at, shown_at + t.window_days * INTERVAL 1 DAY AS until_at, completed, crossed
    FROM met CROSS JOIN trial t
    WHERE nth = 1
),
seen AS (
    SELECT
        f.viewer_id,
        sum(CASE WHEN v.started_at < f.shown_at THEN v.watched_ms ELSE 0 END) AS before_ms,
        sum(CASE WHEN v.started_at >= f.shown_at AND v.started_at < f.until_at THEN v.watched_ms ELSE 0 END) AS watched_ms,
        max(CASE WHEN v.episode = t.next_episode AND v.started_at >= f.shown_at AND v.started_at < f.until_at THEN 1 ELSE 0 END)
            AS continued
    FROM first f JOIN views v ON v.viewer_id = f.viewer_id CROSS JOIN trial t
    GROUP BY f.viewer_id
),
did AS (
    SELECT
        f.viewer_id,
        max(CASE WHEN s.event IN ('unlocked', 'ad_unlocked') THEN 1 ELSE 0 END) AS unlocked,
        sum(CASE WHEN s.event = 'unlocked' AND s.currency = t.currency THEN s.price_micros ELSE 0 END) AS paid_micros,
        max(CASE WHEN s.event = 'clicked' THEN 1 ELSE 0 END) AS clicked,
        max(CASE WHEN s.event = 'converted' THEN 1 ELSE 0 END) AS converted
    FROM first f
    JOIN steps_raw s ON s.viewer_id = f.viewer_id AND s."at" >= f.shown_at AND s."at" < f.until_at
    CROSS JOIN trial t
    GROUP BY f.viewer_id
),
latest AS (
    SELECT max("at") AS "at" FROM (SELECT max(started_at) AS "at" FROM views UNION ALL SELECT max("at") AS "at" FROM steps_raw) times
)
SELECT
    f.viewer_id,
    f.cut,
    CAST(f.shown_at AS DATE) AS day,
    f.crossed,
    f.until_at <= l."at" AS ready,
    CAST(s.before_ms AS BIGINT) AS x,
    CAST(s.continued AS BIGINT) AS continuation,
    CASE WHEN f.completed THEN 1 ELSE 0 END AS completion,
    CAST(coalesce(d.unlocked, 0) AS BIGINT) AS unlock,
    CAST(
        CASE WHEN t.cap_micros > 0 AND d.paid_micros > t.cap_micros THEN t.cap_micros ELSE coalesce(d.paid_micros, 0) END AS BIGINT
    ) AS revenue,
    CAST(s.watched_ms AS BIGINT) AS watch,
    CAST(coalesce(d.clicked, 0) AS BIGINT) AS click,
    CAST(coalesce(d.converted, 0) AS BIGINT) AS conversion
FROM first f
JOIN seen s ON s.viewer_id = f.viewer_id
LEFT JOIN did d ON d.viewer_id = f.viewer_id
CROSS JOIN latest l
CROSS JOIN trial t
