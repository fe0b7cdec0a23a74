-- What the files themselves say of an asset, where they say one thing.
-- In: picked.
SELECT
    asset,
    CASE WHEN min(episode_text) = max(episode_text) THEN min(episode_text) END AS episode_text,
    CASE WHEN min(program) = max(program) THEN min(program) END AS program,
    CASE WHEN min(season) = max(season) THEN min(season) END AS season
FROM picked
WHERE fault IS NULL AND asset IS NOT NULL
GROUP BY asset
