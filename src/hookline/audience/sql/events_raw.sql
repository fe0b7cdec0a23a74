-- The events that matter to the days that are made: their own, and of the days beside them what a sitting over midnight
-- needs: the hour before and the hour after, and of the day before also the earlier copies of that hour's events.
--
-- Why so little: a batch of few days would else read each of its neighbours' rows whole.
-- In: events_near (the days, an hour before and an hour after), events_early.
SELECT * FROM events_near
UNION ALL
SELECT * FROM events_early
