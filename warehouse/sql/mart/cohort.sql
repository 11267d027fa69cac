-- mart.cohort: of the people who first bought in a month, how many still buy so many months later
-- grain: cohort_month, months_since
-- columns:
--   cohort_month: first day of the month of the first sale (UTC)
--   months_since: calendar months since then; 0 is the month itself; every month up to the day is there
--   as_of: day the marts look back from
--   is_complete: true when the month was over on the day
--   cohort_buyers: people whose first sale was in cohort_month
--   buyers: of these, with a sale in the month
--   orders: their sales in the month
--   spend: sum of those sales less refunds, in the base currency
--   retention: buyers as a share of cohort_buyers
--   spend_to_date: spend of the cohort from its first month to this one, in the base currency
with day as (
    select
        *,
        date_trunc('month', min(ordered_on) over (partition by customer_id))::date as cohort_month,
        date_trunc('month', ordered_on)::date as month
    from customer.purchase_day
    where ordered_on <= $as_of::date
),

cohort as (
    select cohort_month, count(distinct customer_id) as cohort_buyers
    from day
    group by cohort_month
),

cell as (
    select
        cohort.cohort_month,
        unnest(range(0, date_diff('month', cohort.cohort_month, $as_of::date) + 1)) as months_since,
        cohort.cohort_buyers
    from cohort
),

bought as (
    select
        cohort_month,
        date_diff('month', cohort_month, month) as months_since,
        count(distinct customer_id) as buyers,
        sum(orders)::bigint as orders,
        coalesce(sum(spend), 0) as spend
    from day
    group by cohort_month, month
)

select
    cell.cohort_month,
    cell.months_since,
    $as_of::date as as_of,
    last_day((cell.cohort_month + to_months(cell.months_since::integer))::date) <= $as_of::date as is_complete,
    cell.cohort_buyers,
    coalesce(bought.buyers, 0) as buyers,
    coalesce(bought.orders, 0) as orders,
    coalesce(bought.spend, 0)::decimal(18, 2) as spend,
    round(coalesce(bought.buyers, 0) / cell.cohort_buyers, 6) as retention,
    sum(coalesce(bought.spend, 0)) over (
        partition by cell.cohort_month order by cell.months_since
    )::decimal(18, 2) as spend_to_date
from cell
left join bought on bought.cohort_month = cell.cohort_month and bought.months_since = cell.months_since
order by cell.cohort_month, cell.months_since
