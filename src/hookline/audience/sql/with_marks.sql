-- Sittings in which an advertisement ran or the player was hidden: few players send that, and only these are looked at for it.
-- In: events_checked.
SELECT DISTINCT sitting FROM events_checked WHERE fault IS NULL AND turn IN (0, 1, 11, 12)
