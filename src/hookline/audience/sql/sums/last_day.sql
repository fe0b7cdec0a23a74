-- The last day on which anything happened: until then, viewers were seen.
-- In: views(day), steps_raw(day), spent files as ads_in.
SELECT greatest(
    (SELECT max(day) FROM views), (SELECT max(day) FROM steps_raw), (SELECT max(day) FROM ads_in)
)
