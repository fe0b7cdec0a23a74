-- Cuts whose players report another length than the story has: (code, rows, example).
-- In: cuts.
SELECT
    'own_length' AS code, count(*) AS n,
    min('episode ' || episode || ', cut ' || cut || ': ' || duration_ms || ' ms, not ' || episode_ms || ' ms') AS example
FROM cuts
WHERE duration_ms <> episode_ms
