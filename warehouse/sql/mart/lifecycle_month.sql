-- mart.lifecycle_month: how people moved between the stages of mart.lifecycle, month by month
--
-- The stage at a month's end is the one mart.lifecycle would show when looking back from that day, of the last month
-- from the day itself. Between two purchases a person passes through the stages at known days, so the months follow from
-- the purchases, four spans each, without a row per person and month.
--
-- grain: month, from_stage, to_stage
-- columns:
--   month: first day of the month (UTC)
--   from_stage: stage at the end of the month before; unseen for people nobody knew then
--   to_stage: stage at the end of the month, or on the day for the month it lies in
--   as_of: day the marts look back from
--   is_complete: true when the month was over on the day
--   customers: people who went from the one to the other, or stayed
--   buyers: of these, with a sale in the month
--   orders: their sales in the month
--   spend: sum of those sales less refunds, in the base currency
with bought as (
    select
        customer_id,
        ordered_on,
        lag(ordered_on) over buying as before,
        lead(ordered_on) over buying as after,
        first_value(ordered_on) over buying as first_on
    from customer.purchase_day
    where ordered_on <= $as_of::date
    window buying as (partition by customer_id order by ordered_on)
),

returned as (
    select
        *,
        -- Days before the next purchase, or before tomorrow.
        coalesce(after, $as_of::date + 1) - 1 as until_on,
        max(ordered_on) filter (ordered_on - before > $lost_days)
            over (partition by customer_id order by ordered_on rows unbounded preceding) as returned_on
    from bought
),

-- 1. Spans of days in one stage, by the rules of mart.lifecycle.
span as (
    select customer_id, unnest([
        {
            'stage': if(returned_on is null, 'new', 'won_back'),
            'from_on': ordered_on,
            'to_on': coalesce(returned_on + $active_days, first_on + $new_days)
        },
        {
            'stage': 'active',
            'from_on': greatest(ordered_on, coalesce(returned_on + $active_days, first_on + $new_days) + 1),
            'to_on': ordered_on + $active_days
        },
        {'stage': 'slipping', 'from_on': ordered_on + ($active_days + 1), 'to_on': ordered_on + $lost_days},
        {'stage': 'lost', 'from_on': ordered_on + ($lost_days + 1), 'to_on': until_on}
    ]) as part, until_on
    from returned
    union all
    -- Whom nobody has dated was there by the day at the latest.
    select
        person.customer_id,
        {
            'stage': 'prospect',
            'from_on': least(person.first_seen_at::date, $as_of::date),
            'to_on': coalesce(buyer.first_on - 1, $as_of::date)
        },
        $as_of::date
    from customer.customer as person
    left join (
        select customer_id, min(ordered_on) as first_on from bought group by customer_id
    ) as buyer on buyer.customer_id = person.customer_id
),

day_span as (
    select customer_id, part.stage as stage, part.from_on as from_on, least(part.to_on, until_on) as to_on
    from span
    where part.from_on <= least(part.to_on, until_on)
),

-- 2. Month ends that lie in a span, as numbers of months.
month_span as (
    select
        customer_id,
        stage,
        12 * year(from_on) + month(from_on) as first_month,
        12 * year(to_on) + month(to_on) - if(to_on < least(last_day(to_on), $as_of::date), 1, 0) as last_month
    from day_span
),

told as (
    select
        *,
        lag(stage, 1, 'unseen') over (partition by customer_id order by first_month) as from_stage
    from month_span
    where first_month <= last_month
),

-- 3. Who entered a span in a month, and who stayed: one more from its second month, one fewer after its last.
entered as (
    select first_month as month_number, from_stage, stage as to_stage, count(*) as customers
    from told
    group by all
),

change as (
    select first_month + 1 as month_number, stage, count(*) as more from told group by all
    union all
    select last_month + 1, stage, -count(*) from told group by all
),

stayed as (
    select month_number, stage as from_stage, stage as to_stage, customers
    from (
        select month_number, stage, sum(coalesce(change.more, 0)) over (
            partition by stage order by month_number
        )::bigint as customers
        from (
            select unnest(range(min(first_month), max(last_month) + 1)) as month_number from told
        )
        cross join (select distinct stage from told)
        left join (select month_number, stage, sum(more) as more from change group by all) as change
            using (month_number, stage)
    )
    where customers > 0
),

moved as (
    select month_number, from_stage, to_stage, sum(customers)::bigint as customers
    from (from entered union all from stayed)
    group by all
),

-- 4. What they bought in the month.
sale as (
    select
        customer_id,
        12 * year(ordered_on) + month(ordered_on) as month_number,
        sum(orders)::bigint as orders,
        coalesce(sum(spend), 0) as spend
    from customer.purchase_day
    where ordered_on <= $as_of::date
    group by all
),

sold as (
    select
        sale.month_number,
        if(sale.month_number = told.first_month, told.from_stage, told.stage) as from_stage,
        told.stage as to_stage,
        count(*) as buyers,
        sum(sale.orders)::bigint as orders,
        sum(sale.spend) as spend
    from sale
    inner join told
        on told.customer_id = sale.customer_id
        and sale.month_number between told.first_month and told.last_month
    group by all
),

dated as (
    select *, make_date((month_number - 1) // 12, (month_number - 1) % 12 + 1, 1) as month from moved
)

select
    dated.month,
    dated.from_stage,
    dated.to_stage,
    $as_of::date as as_of,
    last_day(dated.month) <= $as_of::date as is_complete,
    dated.customers,
    coalesce(sold.buyers, 0) as buyers,
    coalesce(sold.orders, 0) as orders,
    coalesce(sold.spend, 0)::decimal(18, 2) as spend
from dated
left join sold
    on sold.month_number = dated.month_number
    and sold.from_stage = dated.from_stage
    and sold.to_stage = dated.to_stage
order by dated.month, dated.from_stage, dated.to_stage
