-- What the events of each sitting say together, by the day of the view.
--
--   first    when after midnight its first event was (us), and at which place, in one number: the least of both
--   entry    when after midnight its first event with a position was (us), and at which position, in one number
--   events   how many, each content once; `again` how many rows repeated them
--   parts    events that part stretches; the last one always does.  With no other, all that was played is one stretch,
--            from from_ms to to_ms
-- In: events_paired.
SELECT
    sitting, day,
    any_value(viewer_id) AS viewer_id,
    any_value(cut_number) AS cut_number,
    min("at") AS started_at,
    min((epoch_us("at") - epoch_us(CAST(day AS TIMESTAMP))) * 16777216 + place) AS first,
    -- the first of them that was seen at a position of the content
    min(CASE WHEN seen AND placed THEN (epoch_us("at") - epoch_us(CAST(day AS TIMESTAMP))) * 33554432 + position_ms END) AS entry,
    max(CASE WHEN seen AND turn <> 4 THEN position_ms END) AS furthest_ms,
    bool_or(seen AND turn = 2) AS ended,
    bool_or(turn BETWEEN 2 AND 10) AS began,
    CAST(sum(CASE WHEN again THEN 0 ELSE 1 END) AS BIGINT) AS events,
    CAST(sum(CASE WHEN again THEN copies ELSE copies - 1 END) AS BIGINT) AS again,
    CAST(sum(CASE WHEN played THEN to_ms - position_ms ELSE 0 END) AS BIGINT) AS watched_ms,
    min(CASE WHEN played THEN position_ms END) AS from_ms,
    max(CASE WHEN played THEN to_ms END) AS to_ms,
    CAST(sum(CASE WHEN parts THEN 1 ELSE 0 END) AS BIGINT) AS parts
FROM events_paired
GROUP BY sitting, day
