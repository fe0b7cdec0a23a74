-- The last day on which anything happened: until then, viewers were seen.
-- In: views, steps_raw, spent files as ads_in.
SELECT greatest(
    (SELECT max(started_at)::DATE FROM views), (SELECT max("at")::DATE FROM steps_raw), (SELECT max(day) FROM ads_in)
)
