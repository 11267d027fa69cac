-- mart.lifecycle: where each person stands, from prospect to lost
-- grain: customer_id
-- columns:
--   customer_id: the person
--   as_of: day the marts look back from
--   stage: prospect (no sale), new, active, slipping, lost or won_back; day limits in config/customer.toml
--   stage_since: day the stage began; for a prospect the day the person was first seen
--   orders: sales up to the day
--   first_order_on: day of the first sale (UTC)
--   last_order_on: day of the last sale (UTC)
--   returned_on: day of the last sale that ended a silence longer than the limit for lost
--   days_since_order: days from the last sale to the day
--   typical_gap_days: median of the days between one sale and the next
with sale as (
    select customer_id, ordered_at::date as ordered_on, ordered_at, purchase_id
    from customer.purchase
    where customer_id is not null and is_sale and ordered_at::date <= $as_of::date
),

gap as (
    select
        customer_id,
        ordered_on,
        date_diff('day', lag(ordered_on) over (partition by customer_id order by ordered_at, purchase_id), ordered_on) as days
    from sale
),

buyer as (
    select
        customer_id,
        count(*) as orders,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        max(ordered_on) filter (days > $lost_days) as returned_on,
        max(ordered_on) filter (days > $active_days) as resumed_on,
        median(days)::double as typical_gap_days
    from gap
    group by customer_id
),

measured as (
    select
        person.customer_id,
        person.first_seen_at::date as first_seen_on,
        buyer.* exclude (customer_id),
        date_diff('day', buyer.last_order_on, $as_of::date) as days_since_order,
        date_diff('day', buyer.first_order_on, $as_of::date) as days_since_first,
        date_diff('day', buyer.returned_on, $as_of::date) as days_since_return
    from customer.customer as person
    left join buyer on buyer.customer_id = person.customer_id
),

staged as (
    select
        *,
        case
            when orders is null then 'prospect'
            when days_since_order > $lost_days then 'lost'
            when days_since_order > $active_days then 'slipping'
            when days_since_return <= $active_days then 'won_back'
            when days_since_first <= $new_days then 'new'
            else 'active'
        end as stage
    from measured
)

select
    customer_id,
    $as_of::date as as_of,
    stage,
    case stage
        when 'prospect' then first_seen_on
        when 'lost' then last_order_on + ($lost_days + 1)
        when 'slipping' then last_order_on + ($active_days + 1)
        when 'won_back' then returned_on
        when 'new' then first_order_on
        else
            case
                -- Never silent: active since the newcomer's days were over.
                when resumed_on is null then first_order_on + ($new_days + 1)
                when resumed_on = returned_on then returned_on + ($active_days + 1)
                else resumed_on
            end
    end as stage_since,
    coalesce(orders, 0) as orders,
    first_order_on,
    last_order_on,
    returned_on,
    days_since_order,
    typical_gap_days
from staged
order by customer_id
