-- How many rows there are; an order of several products is as many.
-- In: picked.
SELECT
    count(*) + coalesce(sum(json_array_length(products)::BIGINT - 1) FILTER (products IS NOT NULL AND json_array_length(products) > 0), 0)
FROM picked
