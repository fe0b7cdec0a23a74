-- What was watched: stretches of content that play ran through without a jump.  Pairs that follow each other without a gap
-- become one.
-- In: sittings_told, events_paired, cuts.
WITH numbered AS (  -- only sittings in which something parts stretches
    SELECT
        sitting, day, position_ms, to_ms, played,
        sum(CASE WHEN played THEN 0 ELSE 1 END) OVER (
            PARTITION BY sitting, day ORDER BY "at", turn, position_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS pass
    FROM events_paired SEMI JOIN (SELECT sitting, day FROM sittings_told WHERE watched_ms > 0 AND parts > 1) torn
        USING (sitting, day)
    WHERE played OR parts
),
stretched AS (
    SELECT sitting, day, min(position_ms) AS from_ms, max(to_ms) AS to_ms
    FROM numbered
    WHERE played
    GROUP BY sitting, day, coalesce(pass, 0)
    UNION ALL
    SELECT sitting, day, from_ms, to_ms FROM sittings_told WHERE watched_ms > 0 AND parts <= 1
)
SELECT t.viewer_id, c.episode, c.cut, s.day, s.from_ms, s.to_ms
FROM stretched s
JOIN sittings_told t ON t.sitting = s.sitting AND t.day = s.day
JOIN cuts c ON c.number = t.cut_number
