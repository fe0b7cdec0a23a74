-- Where the player's own events hold views: a platform's curve of the same episode, platform, market and days would
-- count them twice.
SELECT
    episode,
    platform,
    market,
    CAST(min(day) AS VARCHAR) AS first_day,
    CAST(max(day) AS VARCHAR) AS last_day
FROM cells
WHERE starts > 0
GROUP BY episode, platform, market
