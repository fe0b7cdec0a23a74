-- How many cells hold the beginning of a view: of an episode, or of any (0).
-- In: given = by_second.
SELECT count(*) AS n
FROM given
WHERE starts > 0 AND ($episode = 0 OR episode = $episode)
