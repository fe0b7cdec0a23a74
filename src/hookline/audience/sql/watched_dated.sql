-- Imported stretches with the day of their view: the first that a view of this id began on; 1970-01-01 without one.
-- In: watched_all(filename), views_all.
WITH dated AS (
    SELECT view_id, min(CAST(started_at AS DATE)) AS day
    FROM views_all SEMI JOIN (SELECT DISTINCT view_id FROM watched_all) w USING (view_id)
    GROUP BY view_id
)
SELECT w.*, coalesce(d.day, DATE '1970-01-01') AS day FROM watched_all w LEFT JOIN dated d USING (view_id)
