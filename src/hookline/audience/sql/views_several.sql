-- Viewers who have several rows of some cut: sittings of one view, or the same view sent again.
--
-- Why apart: nearly everyone has one row for each cut, and goes straight through; only these few need sorting out.
-- By viewer, because a list of small numbers for each viewer costs a fifth of grouping by viewer, episode and cut.
-- In: sittings.
SELECT viewer_id FROM sittings GROUP BY viewer_id HAVING count(*) > len(list_distinct(list(cut_number)))
