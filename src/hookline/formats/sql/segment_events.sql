-- Lines of a Segment file to canonical events: which episode, which cut, and whose clock the position is on.
--
-- Why: by the specification only content events name the episode and count content time; playback events
-- carry the asset, and positions that include ads.  So an asset's episode is learnt from the file's content
-- events, and a playback event's position is believed only where it can't include ads: its session has no
-- content events at all, or has one asset and no ad.  What stays open (NULL episode) the audience build
-- settles from all files together.
-- In: segment_lines, chosen(program, season) NULL for all, countries(name, code), series (parameter).
WITH products AS (  -- an order is one row for each of its products
    SELECT
        l.* REPLACE (
            l.event_id || '-' || item.nth AS event_id,
            coalesce(item.product ->> '$.product_id', item.product ->> '$.sku') AS asset,
            coalesce(item.product ->> '$.episode', l.episode_text) AS episode_text,
            coalesce(
                try_cast(item.product ->> '$.price' AS DOUBLE) * coalesce(try_cast(item.product ->> '$.quantity' AS DOUBLE), 1),
                l.revenue / item.of
            ) AS price
        )
    FROM segment_lines l, LATERAL (
        SELECT
            json_extract(l.products, '$[' || n || ']') AS product, n AS nth, json_array_length(l.products) AS of
        FROM range(json_array_length(l.products)::BIGINT) r(n)
    ) item
    WHERE l.products IS NOT NULL AND json_array_length(l.products) > 0
),
single AS (
    SELECT * FROM segment_lines WHERE products IS NULL OR json_array_length(products) = 0
),
rows_of AS (
    SELECT * FROM single UNION ALL SELECT * FROM products
),
assets AS (  -- what the file itself says of an asset, where it says one thing
    SELECT
        asset,
        CASE WHEN min(episode_text) = max(episode_text) THEN min(episode_text) END AS episode_text,
        CASE WHEN min(program) = max(program) THEN min(program) END AS program,
        CASE WHEN min(season) = max(season) THEN min(season) END AS season
    FROM segment_lines
    WHERE fault IS NULL AND asset IS NOT NULL AND kind <> 'ad'
    GROUP BY asset
),
sessions AS (
    SELECT
        session_id,
        bool_or(kind = 'ad') AS has_ads,
        bool_or(of_content) AS has_content,
        CASE WHEN min(asset) FILTER (kind <> 'ad') = max(asset) FILTER (kind <> 'ad') THEN min(asset) FILTER (kind <> 'ad') END
            AS only_asset
    FROM segment_lines
    WHERE fault IS NULL AND session_id IS NOT NULL
    GROUP BY session_id
),
joined AS (
    SELECT
        r.* REPLACE (coalesce(r.asset, s.only_asset) AS asset),
        s.has_ads,
        s.has_content,
        s.only_asset
    FROM rows_of r LEFT JOIN sessions s USING (session_id)
),
learnt AS (
    SELECT
        j.* REPLACE (
            coalesce(j.episode_text, a.episode_text) AS episode_text,
            coalesce(j.program, a.program) AS program,
            coalesce(j.season, a.season) AS season
        ),
        -- "12", "E12", "S01E12", "Episode 12"
        try_cast(regexp_extract(coalesce(j.episode_text, a.episode_text), '(\d+)\D*$', 1) AS INTEGER) AS episode,
        of_content OR NOT coalesce(has_content, false) OR (only_asset IS NOT NULL AND NOT has_ads) AS own_clock
    FROM joined j LEFT JOIN assets a ON a.asset = j.asset
)
SELECT
    CASE
        WHEN fault IS NOT NULL THEN fault
        WHEN kind = 'ad' THEN 'ad'
        WHEN fold(l.program) <> fold(c.program) THEN 'other_program'
        WHEN l.season <> c.season THEN 'other_season'
        WHEN episode IS NULL AND l.episode_text IS NOT NULL THEN 'bad_episode'
        WHEN episode IS NULL AND l.asset IS NULL AND l.cut_id IS NULL THEN 'no_episode'
    END AS fault,
    CASE
        WHEN position_text IS NOT NULL AND (position_s IS NULL OR isnan(position_s) OR isinf(position_s)) THEN 'bad_position'
        WHEN NOT own_clock AND position_s IS NOT NULL THEN 'ad_clock'
        WHEN session_id IS NULL AND kind NOT IN ('offered', 'unlocked') THEN 'no_session'
    END AS note,
    raw_time LIKE '____-__-__%' AND NOT regexp_matches(raw_time, '([Zz]|[+-]\d\d(:?\d\d)?)$') AS no_zone,
    event_name,
    raw_time,
    l.program,
    l.season,
    l.episode_text,
    position_text,
    simulated,
    event_id,
    coalesce(session_id, '') AS session_id,
    viewer_id,
    $series AS series,
    episode,
    coalesce(cut_id, l.asset, '') AS cut,
    coalesce(
        CASE WHEN length(trim(place)) = 2 THEN upper(trim(place)) END, k.code, locale_country, trim(place), ''
    ) AS market,
    platform,
    "at",
    CASE
        WHEN kind = 'unlocked' AND method IN ('ad', 'rewarded_ad', 'rewarded ad', 'ads') THEN 'ad_unlocked'
        -- with mid-roll ads, content is "completed" at the end of each part of it
        WHEN kind = 'complete' AND of_content AND position_s < length_s - 1 THEN 'pause'
        ELSE kind
    END AS kind,
    CASE WHEN own_clock AND kind NOT IN ('offered', 'unlocked') AND abs(position_s) < 1e9
        THEN round(position_s * 1000)::BIGINT END AS position_ms,
    CASE WHEN of_content AND length_s BETWEEN 0 AND 1e9 THEN round(length_s * 1000)::BIGINT END AS duration_ms,
    CASE WHEN kind IN ('offered', 'unlocked') AND abs(price) < 1e12 THEN round(price * 1000000)::BIGINT END AS price_micros,
    CASE WHEN kind IN ('offered', 'unlocked') AND price IS NOT NULL THEN currency END AS currency,
    NULL::VARCHAR AS agent
FROM learnt l
CROSS JOIN chosen c
LEFT JOIN countries k ON k.name = lower(trim(l.place))
