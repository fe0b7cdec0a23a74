-- Views of versions of whole episodes: what starts and finishes an episode.
-- In: views, cuts.
SELECT v.* FROM views v SEMI JOIN (SELECT episode, cut FROM cuts WHERE whole) USING (episode, cut)
