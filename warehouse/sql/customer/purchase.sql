-- customer.purchase: orders, with the person who bought
-- grain: purchase_id
-- columns:
--   customer_id: the person; empty when the order names no known buyer
--   purchase_id: the order
--   ordered_at: when ordered (UTC)
--   source: system
--   stream: stream of that system
--   order_number: the source's order number
--   record_id: record of the buyer
--   status: paid, pending, cancelled, refunded or other
--   is_sale: true for a paid order that has not been refunded in full; what the marts count
--   currency: ISO 4217
--   amount: total the buyer pays, in currency
--   discount: discount granted, in currency
--   shipping: shipping charged, in currency
--   refunded: amount given back, in currency
--   net_amount: amount less refunds, in currency, for sales; 0 for the others
--   net_base: net_amount in the base currency at the fixed rate of config/customer.toml; empty for a currency without rate
--   item_count: number of pieces
--   payment_method: how it was paid
--   updated_at: last change at the source (UTC)
with rate as (
    select r.currency, r.rate from (select unnest($rates) as r)
),

refund as (
    select
        *,
        -- An order marked refunded without an amount went back in full.
        coalesce(refunded, if(status = 'refunded', amount, 0)) as given_back
    from standard.purchase
),

sale as (
    select
        *,
        -- A gift paid with 0 is a sale; an order paid and refunded to 0 is not.
        coalesce(
            (status = 'paid' and given_back <= 0) or (status in ('paid', 'refunded') and amount - given_back > 0), false
        ) as is_sale
    from refund
)

select
    who.customer_id,
    sale.purchase_id,
    sale.ordered_at,
    sale.source,
    sale.stream,
    sale.order_number,
    sale.record_id,
    sale.status,
    sale.is_sale,
    sale.currency,
    sale.amount,
    sale.discount,
    sale.shipping,
    sale.refunded,
    if(sale.is_sale, sale.amount - sale.given_back, 0)::decimal(18, 2) as net_amount,
    case
        when not sale.is_sale then 0
        else round((sale.amount - sale.given_back) * rate.rate::decimal(12, 6), 2)
    end::decimal(18, 2) as net_base,
    sale.item_count,
    sale.payment_method,
    sale.updated_at
from sale
left join rate on rate.currency = sale.currency
left join identity.record_customer as who on who.record_id = sale.record_id
order by who.customer_id nulls last, sale.ordered_at nulls last, sale.purchase_id
