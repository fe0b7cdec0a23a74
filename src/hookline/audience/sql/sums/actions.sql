-- What viewers did besides watching, by episode: distinct viewers and times.
--
-- An unlock is told apart by its first way: coin (a price), pass (price 0), ad, or untold (no price named).
-- An unlock without an offer counts as offered, as in the steps.
-- In: steps_raw, first_seen, this(series).
WITH unlocked AS (
    SELECT viewer_id, episode, min({'at': "at", 'way': CASE
        WHEN event = 'ad_unlocked' THEN 'ad'
        WHEN price_micros > 0 THEN 'coin'
        WHEN price_micros = 0 THEN 'pass'
        ELSE 'untold'
    END}).way AS way
    FROM steps_raw
    WHERE event IN ('unlocked', 'ad_unlocked')
    GROUP BY viewer_id, episode
),
done AS (
    SELECT viewer_id, episode, 'offered' AS action, count(*) FILTER (event = 'offered') AS times
    FROM steps_raw
    WHERE event IN ('offered', 'unlocked', 'ad_unlocked')
    GROUP BY viewer_id, episode
    UNION ALL
    SELECT viewer_id, episode, 'unlocked_' || way, 1 FROM unlocked
    UNION ALL
    SELECT viewer_id, episode, event, count(*)
    FROM steps_raw
    WHERE event NOT IN ('offered', 'unlocked', 'ad_unlocked')
    GROUP BY viewer_id, episode, event
)
SELECT t.series, d.episode, f.market, f.platform, f.day, d.action, count(*) AS viewers, sum(d.times)::BIGINT AS times
FROM done d JOIN first_seen f USING (viewer_id) CROSS JOIN this t
GROUP BY ALL
