-- mart.value: what each buyer has been worth, and what they will probably be worth
--
-- A purchase is a day on which the person bought, as the models have it. How often the buyer comes back, and whether
-- they still do, is the BG/NBD model's answer from the number of purchases, the time from the first to the last and the
-- time since the first; what they spend then is the Gamma-Gamma model's, from the values of their purchases. The models
-- are in warehouse/lifetime, their parameters and how well they forecast in mart.value_model. The profile stage puts
-- their answers into the temporary tables purchase_estimate and spending_estimate, one row per distinct history.
-- No discount for later money: the horizon is a year.
--
-- grain: customer_id
-- columns:
--   customer_id: the person; only people with a sale up to the day are here
--   as_of: day the marts look back from
--   orders: sales
--   spend: sum of sales less refunds, in the base currency
--   purchase_days: days with a sale (UTC); the models' purchases
--   recency_days: days from the first purchase to the last
--   age_days: days from the first purchase to the day
--   probability_alive: that the person will buy again at all, 0 to 1; 1 by the model's nature after a single purchase
--   expected_orders_3m: days with a sale to be expected in the next 91 days
--   expected_orders_12m: days with a sale to be expected in the next 365 days
--   expected_order_value: what the person will spend on such a day, in the base currency
--   expected_value_12m: expected_orders_12m times expected_order_value, in the base currency
--   value_band: place among buyers by expected_value_12m: top (highest tenth), high (next two), medium (next three), low
--   model_id: row of mart.value_model
--   reason: why something expected is empty: too_few_buyers, too_few_repeat_buyers, too_few_order_values, no_order_value (of this person), no_time_observed, all_spend_the_same, not_converged
with buyer as (
    select
        customer_id,
        sum(orders)::bigint as orders,
        coalesce(sum(spend), 0)::decimal(18, 2) as spend,
        count(*) as purchase_days,
        date_diff('day', min(ordered_on), max(ordered_on)) as recency_days,
        date_diff('day', min(ordered_on), $as_of::date) as age_days,
        count(*) filter (spend > 0) as valued_days,
        coalesce(sum(spend) filter (spend > 0), 0)::decimal(18, 2) as valued_amount
    from customer.purchase_day
    where ordered_on <= $as_of::date
    group by customer_id
),

estimated as (
    select
        buyer.*,
        estimate.probability_alive,
        estimate.expected_orders_3m,
        estimate.expected_orders_12m,
        spending.expected_order_value,
        round(estimate.expected_orders_12m * spending.expected_order_value, 2)::decimal(18, 2) as expected_value_12m,
        model.model_id,
        coalesce(
            model.reason,
            model.spending_reason,
            if(spending.expected_order_value is null, 'no_order_value', null)
        ) as reason
    from buyer
    cross join lifetime_model as model
    left join purchase_estimate as estimate
        on estimate.repeat_days = buyer.purchase_days - 1
        and estimate.recency_days = buyer.recency_days
        and estimate.age_days = buyer.age_days
    left join spending_estimate as spending
        on spending.valued_days = buyer.valued_days and spending.valued_amount = buyer.valued_amount
),

-- Equals have the same middle place, so the band depends neither on row order nor on who is counted first.
placed as (
    select
        customer_id,
        (rank() over (order by expected_value_12m) - 1 + count(*) over (partition by expected_value_12m) / 2.0)
        / count(*) over () as place
    from estimated
    where expected_value_12m is not null
)

select
    estimated.customer_id,
    $as_of::date as as_of,
    estimated.orders,
    estimated.spend,
    estimated.purchase_days,
    estimated.recency_days,
    estimated.age_days,
    round(estimated.probability_alive, 6) as probability_alive,
    round(estimated.expected_orders_3m, 6) as expected_orders_3m,
    round(estimated.expected_orders_12m, 6) as expected_orders_12m,
    round(estimated.expected_order_value, 2)::decimal(18, 2) as expected_order_value,
    estimated.expected_value_12m,
    case
        when placed.place is null then null
        when placed.place >= 0.9 then 'top'
        when placed.place >= 0.7 then 'high'
        when placed.place >= 0.4 then 'medium'
        else 'low'
    end as value_band,
    estimated.model_id,
    estimated.reason
from estimated
left join placed on placed.customer_id = estimated.customer_id
order by estimated.customer_id
