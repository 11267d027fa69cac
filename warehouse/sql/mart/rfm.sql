-- mart.rfm: how recently, how often and for how much each buyer bought, as scores from 1 to 5
-- grain: customer_id
-- columns:
--   customer_id: the person; only people with a sale up to the day are here
--   as_of: day the marts look back from
--   first_order_on: day of the first sale (UTC)
--   last_order_on: day of the last sale (UTC)
--   recency_days: days from the last sale to the day
--   frequency: sales
--   monetary: sum of sales less refunds, in the base currency
--   r_score: 5 for the most recent fifth of buyers, 1 for the longest silent; equal values score equal
--   f_score: 5 for the most frequent fifth
--   m_score: 5 for the highest spending fifth
--   rfm_segment: champions, loyal, promising, wavering, cannot_lose, at_risk or hibernating
with buyer as (
    select
        customer_id,
        min(ordered_at)::date as first_order_on,
        max(ordered_at)::date as last_order_on,
        date_diff('day', max(ordered_at)::date, $as_of::date) as recency_days,
        count(*) as frequency,
        coalesce(sum(net_base), 0)::decimal(18, 2) as monetary
    from customer.purchase
    where customer_id is not null and is_sale and ordered_at::date <= $as_of::date
    group by customer_id
),

-- 1. The middle of a value's place among all buyers, between 0 and 1: with ties, everyone gets the same middle place,
--    so the scores depend neither on row order nor on which of two equals is counted first.
placed as (
    select
        *,
        (rank() over (order by recency_days desc) - 1 + count(*) over (partition by recency_days) / 2.0)
        / count(*) over () as r_place,
        (rank() over (order by frequency) - 1 + count(*) over (partition by frequency) / 2.0)
        / count(*) over () as f_place,
        (rank() over (order by monetary) - 1 + count(*) over (partition by monetary) / 2.0)
        / count(*) over () as m_place
    from buyer
),

-- 2. Fifths.
scored as (
    select
        *,
        1 + floor(5 * r_place)::integer as r_score,
        1 + floor(5 * f_place)::integer as f_score,
        1 + floor(5 * m_place)::integer as m_score
    from placed
)

select
    customer_id,
    $as_of::date as as_of,
    first_order_on,
    last_order_on,
    recency_days,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    -- 3. Names: worth (frequency and money together, 2 to 10) against recency.
    case
        when r_score >= 4 and f_score + m_score >= 8 then 'champions'
        when r_score >= 3 and f_score + m_score >= 6 then 'loyal'
        when r_score >= 4 then 'promising'
        when r_score = 3 then 'wavering'
        when f_score + m_score >= 8 then 'cannot_lose'
        when f_score + m_score >= 5 then 'at_risk'
        else 'hibernating'
    end as rfm_segment
from scored
order by customer_id
