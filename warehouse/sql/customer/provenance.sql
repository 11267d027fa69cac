-- customer.provenance: which record won each field of a customer, and by which rule
-- grain: customer_id, field
-- columns:
--   customer_id: the person
--   field: column of customer.customer that is filled
--   record_id: record the value was taken from
--   source: system of that record
--   rule: the rule that decided (verified_first, most_trusted, most_recent, most_frequent, most_complete, prefer, tie_break), or only_value when all agreed
--   runner_up_count: how many other distinct values lost; customer.candidate lists them
with decided as (
    select
        customer_id,
        field,
        max(record_id) filter (won) as record_id,
        max(source) filter (won) as source,
        max(columns) filter (won) as columns,
        -- The best record with another value is the one the rule had to decide against.
        arg_min(reason, rank) filter (not agrees) as rule,
        count(*) filter (is_first) - 1 as runner_up_count
    from customer.candidate
    group by customer_id, field
)

select
    customer_id,
    unnest(string_split(columns, ',')) as field,
    record_id,
    source,
    coalesce(rule, 'only_value') as rule,
    runner_up_count
from decided
order by customer_id, 2
