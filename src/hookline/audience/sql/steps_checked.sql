-- Steps (asked to pay, unlocked, shared, ...) of all sources, each once, or with the reason why it can't be used.
-- `copies` is how many rows a step stands for.
-- In: events_once, days, steps_in, episodes, testers(viewer_id), this(series).
WITH together AS (
    SELECT viewer_id, NULL::VARCHAR AS series, episode, kind AS event, "at", price_micros, currency, copies
    FROM events_once SEMI JOIN days ON days.day = CAST("at" AS DATE)
    WHERE turn = 20
    UNION ALL
    SELECT viewer_id, series, episode, event, "at", price_micros, currency, 1 FROM steps_in
),
once AS (
    SELECT viewer_id, series, episode, event, "at", price_micros, currency, sum(copies)::BIGINT AS copies
    FROM together
    GROUP BY viewer_id, series, episode, event, "at", price_micros, currency
)
SELECT
    o.viewer_id, o.episode, o.event, o."at", o.price_micros, o.currency, o.copies,
    CASE
        WHEN o.viewer_id IS NULL OR o.viewer_id = '' THEN 'no_viewer'
        WHEN o."at" IS NULL OR o."at" NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN 'no_time'
        WHEN o.series <> t.series THEN 'other_series'
        WHEN x.viewer_id IS NOT NULL THEN 'tester'
        WHEN o.event IS NULL OR o.event NOT IN (
            'offered', 'unlocked', 'ad_unlocked', 'shared', 'liked', 'commented', 'clicked', 'converted'
        ) THEN 'unknown_kind'
        WHEN o.episode IS NULL THEN 'no_episode'
        WHEN e.episode IS NULL THEN 'unknown_episode'
    END AS fault,
    CASE WHEN o.series <> t.series THEN o.series ELSE 'episode ' || coalesce(o.episode::VARCHAR, '?') END AS example
FROM once o
CROSS JOIN this t
LEFT JOIN testers x ON x.viewer_id = o.viewer_id
LEFT JOIN episodes e ON e.episode = o.episode
