-- When, where and on what the viewers who did anything besides watching first started the series; of who never started
-- it, the first day of what they did.  As in the steps.
-- In: steps_raw, viewer_days, places.
WITH wanted AS (
    SELECT
        viewer_id,
        CAST(CAST(coalesce(
            TRY_CAST('0x' || left(viewer_id, 16) AS UBIGINT), CAST('0x' || left(sha256(viewer_id), 16) AS UBIGINT)
        ) AS HUGEINT) - 9223372036854775808 AS BIGINT) AS viewer
    FROM (SELECT DISTINCT viewer_id FROM steps_raw) s
),
seen AS (
    SELECT viewer, min(first) & 1152921504606846975 AS first FROM viewer_days SEMI JOIN wanted USING (viewer) GROUP BY viewer
)
SELECT
    w.viewer_id, DATE '1970-01-01' + CAST(floor(s.first / 65536) AS INTEGER) AS day, p.market, p.platform
FROM wanted w JOIN seen s ON s.viewer = w.viewer JOIN places p ON p.place = s.first % 65536
