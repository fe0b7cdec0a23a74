-- Viewer, episode and cut that have more than one row: sittings of one view, or the same view sent again.
--
-- Why apart: nearly all have one row, and those go straight through; only these few need sorting out.
-- In: sittings.
SELECT viewer_id, episode, cut FROM sittings GROUP BY viewer_id, episode, cut HAVING count(*) > 1
