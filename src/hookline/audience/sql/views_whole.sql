-- Views of versions of whole episodes: what starts and finishes an episode.
-- In: views, cuts.
SELECT v.* FROM views v ANTI JOIN (SELECT episode, cut FROM cuts WHERE NOT whole) USING (episode, cut)
