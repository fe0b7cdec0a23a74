-- Picked rows to canonical events: which episode, which cut, and whose clock the position is on.
--
-- Why: players name an episode in some events only (Segment: content events), and some of their positions count ads
-- (Segment: playback events).  So an asset's episode is learnt from all rows that name both, and a position that may
-- count ads is believed only where it can't: its session has no content events at all, or one asset and no ad.
-- What stays open (NULL episode) the audience build settles from all files together.
-- In: picked, assets, sessions, chosen(program, season) NULL for all, countries(name, code), this(series).
WITH products AS (  -- an order is one row for each of its products
    SELECT
        l.* REPLACE (
            l.event_id || '-' || item.nth AS event_id,
            coalesce(item.product ->> '$.product_id', item.product ->> '$.sku', item.product ->> '$.item_id', item.product ->> '$.id')
                AS asset,
            coalesce(item.product ->> '$.episode', l.episode_text) AS episode_text,
            coalesce(
                try_cast(item.product ->> '$.price' AS DOUBLE) * coalesce(try_cast(item.product ->> '$.quantity' AS DOUBLE), 1),
                l.revenue / item.of
            ) AS price
        )
    FROM picked l, LATERAL (
        SELECT
            json_extract(l.products, '$[' || n || ']') AS product, n AS nth, json_array_length(l.products) AS of
        FROM range(json_array_length(l.products)::BIGINT) r(n)
    ) item
    WHERE l.products IS NOT NULL AND json_array_length(l.products) > 0
),
rows_of AS (
    SELECT * FROM picked WHERE products IS NULL OR json_array_length(products) = 0
    UNION ALL
    SELECT * FROM products
),
joined AS (
    SELECT
        r.* REPLACE (coalesce(r.asset, s.only_asset) AS asset),
        NOT counts_ads OR NOT coalesce(s.has_content, false) OR (s.only_asset IS NOT NULL AND NOT s.has_ads) AS own_clock
    FROM rows_of r LEFT JOIN sessions s ON s.sitting = CASE WHEN r.session_id IS NOT NULL AND (r.asset IS NULL OR r.counts_ads) THEN r.sitting END
),
learnt AS (
    SELECT
        j.* REPLACE (
            coalesce(j.episode_text, a.episode_text) AS episode_text,
            coalesce(j.program, a.program) AS program,
            coalesce(j.season, a.season) AS season
        ),
        -- "12", "E12", "S01E12", "Episode 12"
        coalesce(
            try_cast(coalesce(j.episode_text, a.episode_text) AS INTEGER),
            try_cast(regexp_extract(coalesce(j.episode_text, a.episode_text), '(\d+)\D*$', 1) AS INTEGER)
        ) AS episode
    FROM joined j
    LEFT JOIN assets a ON a.asset = CASE WHEN j.episode_text IS NULL OR j.program IS NULL OR j.season IS NULL THEN j.asset END
)
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN l.program <> c.program AND fold(l.program) <> fold(c.program) THEN 'other_program'
        WHEN l.season <> c.season THEN 'other_season'
        WHEN episode IS NULL AND l.episode_text IS NOT NULL THEN 'bad_episode'
        WHEN episode IS NULL AND l.asset IS NULL AND l.cut_id IS NULL THEN 'no_episode'
    END AS fault,
    CASE
        WHEN mended IS NOT NULL THEN mended
        WHEN position_text IS NOT NULL THEN 'bad_position'
        WHEN NOT own_clock AND position_s IS NOT NULL THEN 'ad_clock'
        WHEN session_id IS NULL AND kind NOT IN ('offered', 'unlocked', 'ad_unlocked') THEN 'no_session'
    END AS note,
    no_zone,
    event_name,
    raw_time,
    l.program,
    l.season,
    l.episode_text,
    position_text,
    event_id,
    coalesce(session_id, '') AS session_id,
    viewer_id,
    t.series,
    episode,
    coalesce(cut_id, l.asset, '') AS cut,
    coalesce(CASE WHEN length(place) = 2 THEN upper(place) END, k.code, locale_country, place, '') AS market,
    platform,
    "at",
    CASE WHEN kind = 'unlocked' AND method IN ('ad', 'rewarded_ad', 'rewarded ad', 'ads') THEN 'ad_unlocked' ELSE kind END AS kind,
    CASE WHEN own_clock AND kind NOT IN ('offered', 'unlocked', 'ad_unlocked') AND abs(position_s) < 1e9
        THEN round(position_s * 1000)::BIGINT END AS position_ms,
    CASE WHEN length_s BETWEEN 0 AND 1e9 THEN round(length_s * 1000)::BIGINT END AS duration_ms,
    CASE WHEN kind IN ('offered', 'unlocked') AND abs(price) < 1e12 THEN round(price * 1000000)::BIGINT END AS price_micros,
    CASE WHEN kind IN ('offered', 'unlocked') AND price IS NOT NULL THEN currency END AS currency,
    agent,
    coalesce(l.clock, CASE WHEN counts_ads AND own_clock AND position_s IS NOT NULL THEN 'ads' END) AS clock
FROM learnt l
CROSS JOIN chosen c
CROSS JOIN this t
LEFT JOIN countries k ON k.name = CASE WHEN length(l.place) <> 2 THEN lower(l.place) END
