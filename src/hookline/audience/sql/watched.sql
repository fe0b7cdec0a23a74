-- The canonical stretches of content watched.  A view without any was watched straight from 0 to its exit, if its time
-- watched says so.
-- In: stretches, this(series).
SELECT view_id, t.series, episode, cut, market, platform, from_ms, to_ms, day
FROM stretches CROSS JOIN this t
