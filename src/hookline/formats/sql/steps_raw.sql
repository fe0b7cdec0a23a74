-- Steps of sources that hold nothing but steps (purchases): events without a position.
-- In: events (events.sql).
SELECT * EXCLUDE (kind), kind AS event FROM events
