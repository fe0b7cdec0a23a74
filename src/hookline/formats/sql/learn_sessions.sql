-- Sessions whose events don't all say what they played, or on whose clock: what the session as a whole says.
-- In: picked.
SELECT
    sitting,
    bool_or(kind IN ('ad_start', 'ad_end')) AS has_ads,
    bool_or(NOT counts_ads AND kind IN ('start', 'playing', 'complete', 'pause')) AS has_content,
    CASE WHEN min(asset) = max(asset) THEN min(asset) END AS only_asset
FROM picked
WHERE fault IS NULL AND session_id IS NOT NULL
GROUP BY sitting
HAVING bool_or(asset IS NULL OR counts_ads)
