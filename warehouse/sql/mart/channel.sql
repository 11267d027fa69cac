-- mart.channel: what purchases are put down to, channel by channel, by five models
-- grain: model, channel
-- columns:
--   model: first (touch), last (touch), linear (all alike), decay (a touch half_life_days earlier counts half) or markov (what would be lost without the channel)
--   channel: where the touch came from, as in mart.journey; unknown for purchases without a known touch
--   as_of: day the marts look back from
--   conversions: purchases put down to the channel; every model adds up to all purchases
--   revenue: their amount less refunds, in the base currency; every model adds up to all revenue
--   share: conversions as a share of all
--   paths: paths, bought or not, on which the channel is
--   removal_effect: for markov, the share of conversions that would be lost without the channel; channels overlap, so these do not add up
with sale as (
    select purchase.purchase_id, purchase.ordered_at, coalesce(purchase.net_base, 0)::decimal(18, 2) as amount
    from customer.purchase as purchase
    where purchase.customer_id is not null and purchase.is_sale and purchase.ordered_at::date <= $as_of::date
),

weighed as (
    select
        touch.purchase_id,
        touch.channel,
        touch.touches_to_go,
        sale.amount,
        lead(touch.touches_to_go) over in_order is null as is_last,
        lag(touch.touches_to_go) over in_order is null as is_first,
        (row_number() over in_order)::double as linear,
        sum(pow(2, -epoch(sale.ordered_at - touch.occurred_at) / 86400 / $half_life_days)) over in_order as decay
    from mart.journey as touch
    inner join sale on sale.purchase_id = touch.purchase_id
    where touch.on_path
    window in_order as (partition by touch.purchase_id order by touch.touches_to_go desc)
),

-- 1. Cumulated shares, rounded, and their differences: the parts of a purchase add up to it to the last cent.
total as (
    select purchase_id, max(linear) as linear, max(decay) as decay from weighed group by purchase_id
),

cumulated as (
    select
        weighed.purchase_id,
        weighed.channel,
        weighed.touches_to_go,
        weighed.amount,
        unnest([
            {'model': 'first', 'share': 1.0::double},
            {'model': 'last', 'share': if(weighed.is_last, 1, 0)::double},
            {'model': 'linear', 'share': if(weighed.is_last, 1, weighed.linear / total.linear)},
            {'model': 'decay', 'share': if(weighed.is_last, 1, weighed.decay / total.decay)}
        ], recursive := true)
    from weighed
    inner join total using (purchase_id)
),

rounded as (
    select
        *,
        round(share, 6)::decimal(18, 6) as conversions_so_far,
        if(share = 1, amount, round(share * amount::double, 2)::decimal(18, 2)) as revenue_so_far
    from cumulated
),

touch_credit as (
    select
        model,
        channel,
        conversions_so_far - coalesce(lag(conversions_so_far) over in_order, 0) as conversions,
        revenue_so_far - coalesce(lag(revenue_so_far) over in_order, 0) as revenue
    from rounded
    window in_order as (partition by purchase_id, model order by touches_to_go desc)
),

-- 2. Markov: all purchases with a touch, by the shares found out from the paths; the same way of rounding.
removal as (
    select r.channel, r.effect, sum(r.share) over (order by r.channel) as so_far, row_number() over (order by r.channel desc) as rest
    from (select unnest($removal::struct(channel varchar, effect double, share double)[]) as r)
),

touched as (
    select count(distinct purchase_id) as conversions, coalesce(sum(amount), 0)::decimal(18, 2) as revenue
    from (select distinct purchase_id, amount from weighed)
),

markov_so_far as (
    select
        removal.channel,
        if(rest = 1, touched.conversions, round(so_far * touched.conversions, 6))::decimal(18, 6) as conversions_so_far,
        if(rest = 1, touched.revenue, round(so_far * touched.revenue::double, 2)::decimal(18, 2)) as revenue_so_far
    from removal
    cross join touched
),

markov_credit as (
    select
        'markov' as model,
        channel,
        conversions_so_far - coalesce(lag(conversions_so_far) over (order by channel), 0) as conversions,
        revenue_so_far - coalesce(lag(revenue_so_far) over (order by channel), 0) as revenue
    from markov_so_far
),

-- 3. Purchases without a known touch.
untouched as (
    select sale.amount from sale where sale.purchase_id not in (select purchase_id from weighed)
),

unknown as (
    select unnest(['first', 'last', 'linear', 'decay', 'markov']) as model, 'unknown' as channel, conversions, revenue
    from (select count(*) as conversions, sum(amount) as revenue from untouched having count(*) > 0)
),

credit as (
    select model, channel, sum(conversions)::decimal(18, 6) as conversions, sum(revenue)::decimal(18, 2) as revenue
    from (
        select model, channel, conversions, revenue from touch_credit
        union all
        select model, channel, conversions, revenue from markov_credit
        union all
        select model, channel, conversions, revenue from unknown
    )
    group by model, channel
),

reach as (
    select channel, sum(paths)::bigint as paths
    from (select distinct purchase, path, paths, unnest(string_split(path, ' > ')) as channel from mart.path)
    group by channel
)

select
    credit.model,
    credit.channel,
    $as_of::date as as_of,
    credit.conversions,
    credit.revenue,
    round(credit.conversions::double / nullif(sum(credit.conversions) over (partition by credit.model), 0)::double, 6) as share,
    coalesce(reach.paths, 0) as paths,
    if(credit.model = 'markov', round(removal.effect, 6), null) as removal_effect
from credit
left join reach on reach.channel = credit.channel
left join removal on removal.channel = credit.channel
order by credit.model, credit.channel
