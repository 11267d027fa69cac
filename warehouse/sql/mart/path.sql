-- mart.path: the ways people took to a purchase, or without one so far, as channels in order
-- grain: purchase, path
-- columns:
--   purchase: first for paths before a person's first purchase, repeat for later ones
--   path: channels with immediate repeats counted once, as in "search > email > direct"; unknown for purchases without a known touch
--   channels: how many of them
--   paths: how often it was taken
--   conversions: how often it ended in a purchase; the others had not bought within the days of config/customer.toml
--   conversion_rate: conversions by paths
--   revenue: of these purchases, less refunds, in the base currency
--   median_days: median of the days from the first touch to the purchase
with touch as (
    select customer_id, path_number, purchase_id, touches_to_go, channel, occurred_at,
        lag(channel) over (partition by customer_id, path_number, purchase_id order by touches_to_go desc) as before
    from mart.journey
    -- As many touches of a path that led nowhere as of one that did.
    where is_touch and touches_to_go < $max_touches
),

walk as (
    select
        customer_id,
        path_number,
        purchase_id,
        string_agg(channel, ' > ' order by touches_to_go desc) filter (before is distinct from channel) as path,
        count(*) filter (before is distinct from channel) as channels,
        min(occurred_at) as began_at
    from touch
    group by customer_id, path_number, purchase_id
),

sale as (
    select purchase.customer_id, purchase.purchase_id, purchase.ordered_at, purchase.net_base, number.path_number
    from customer.purchase as purchase
    inner join mart.journey as number
        on number.touchpoint = 'purchase' and number.touchpoint_id = purchase.purchase_id
        and number.customer_id = purchase.customer_id
),

taken as (
    select
        if(walk.path_number = 1, 'first', 'repeat') as purchase,
        walk.path,
        walk.channels,
        sale.purchase_id is not null as has_bought,
        sale.net_base,
        epoch(sale.ordered_at - walk.began_at) / 86400 as days
    from walk
    left join sale on sale.purchase_id = walk.purchase_id
    union all
    select if(sale.path_number = 1, 'first', 'repeat'), 'unknown', 0, true, sale.net_base, null
    from sale
    left join walk on walk.purchase_id = sale.purchase_id
    where walk.purchase_id is null
)

select
    purchase,
    path,
    max(channels) as channels,
    count(*) as paths,
    count(*) filter (has_bought) as conversions,
    round(count(*) filter (has_bought) / count(*), 4) as conversion_rate,
    coalesce(sum(net_base) filter (has_bought), 0)::decimal(18, 2) as revenue,
    round(median(days) filter (has_bought), 2) as median_days
from taken
group by purchase, path
order by purchase, paths desc, path
