-- customer.purchase_day: days on which a person bought; the sales of one day together
-- grain: customer_id, ordered_on
-- columns:
--   customer_id: the person
--   ordered_on: the day (UTC)
--   orders: sales of the day
--   orders_without_rate: of these, in a currency without a rate, missing from spend
--   spend: sum of the sales less refunds, in the base currency; empty when none has a rate
select
    customer_id,
    ordered_at::date as ordered_on,
    count(*) as orders,
    count(*) filter (net_base is null) as orders_without_rate,
    sum(net_base)::decimal(18, 2) as spend
from customer.purchase
where customer_id is not null and is_sale and ordered_at is not null
group by customer_id, ordered_at::date
order by customer_id, ordered_on
