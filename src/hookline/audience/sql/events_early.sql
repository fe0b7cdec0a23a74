-- Events of the day before that share an id with one of its last hour: whichever came first of them stands.
-- In: events_eve (days before, but for their last hour), events_late (that hour).
SELECT * FROM events_eve SEMI JOIN (SELECT DISTINCT event_id FROM events_late) late USING (event_id)
