-- Viewers who need a closer look: those with several rows of some cut on a day (sittings of one view, or the same view
-- sent again), and those with so much in the batch that a machine may be behind it.
--
-- Why apart: nearly everyone has one row for each cut, and goes straight through; only these few need sorting out.
-- By viewer, because a list of small numbers for each viewer costs a fifth of grouping by viewer, episode and cut.
-- In: sittings.
SELECT viewer_id, count(*) > 60 OR sum(watched_ms) > 72000000 AS busy
FROM sittings
GROUP BY viewer_id
HAVING count(*) > len(list_distinct(list(CAST(day - DATE '1970-01-01' AS BIGINT) * 100000 + cut_number)))
    OR count(*) > 60 OR sum(watched_ms) > 72000000
