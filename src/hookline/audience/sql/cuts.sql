-- Every cut that rows name, its number and how long it is.
--
-- Why: a trailer and the whole episode share an episode number, not a length.  The story's own length of the
-- episode is exact; players report whole seconds.  So the length that most rows of a cut report is used only
-- where it is another one (more than 2 s off).  `unit` is 1000 where a player sends thousands of milliseconds
-- as if they were seconds (its length is a thousand times the episode's): positions are divided by it.
-- `whole` cuts are versions of the whole episode: at least 80 % of its length, or of its longest cut if that is shorter
-- than the story says.  Only they start and finish an episode; a trailer is watched, and counted in its own cells.
-- In: votes(episode, cut, duration_ms, n), episodes(episode, duration_ms).
WITH most AS (
    SELECT
        episode, cut, duration_ms,
        row_number() OVER (PARTITION BY episode, cut ORDER BY (duration_ms IS NULL), sum(n) DESC, duration_ms DESC) AS place
    FROM votes
    GROUP BY episode, cut, duration_ms
),
scaled AS (
    SELECT
        m.episode, m.cut, m.duration_ms AS reported_ms, e.duration_ms AS episode_ms,
        CASE WHEN m.duration_ms BETWEEN 900 * e.duration_ms AND 1100 * e.duration_ms THEN 1000 ELSE 1 END AS unit
    FROM most m JOIN episodes e USING (episode)
    WHERE m.place = 1
),
settled AS (
    SELECT
        episode, cut, unit, episode_ms,
        CASE
            WHEN reported_ms // unit BETWEEN 1000 AND 21600000 AND abs(reported_ms // unit - episode_ms) > 2000
                THEN reported_ms // unit
            ELSE episode_ms
        END AS duration_ms
    FROM scaled
)
SELECT
    row_number() OVER (ORDER BY episode, cut)::INTEGER AS number,
    episode, cut, unit, episode_ms, duration_ms, (duration_ms + 999) // 1000 AS seconds,
    5 * duration_ms >= 4 * least(episode_ms, max(duration_ms) OVER (PARTITION BY episode)) AS whole
FROM settled
