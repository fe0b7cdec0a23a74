-- Numbers of ids that came more than once on a UTC day: few, and only their events need sorting out.
-- In: events_checked.
SELECT id FROM events_checked WHERE fault IS NULL GROUP BY id HAVING count(*) > 1
