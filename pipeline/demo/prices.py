"""What orders cost: prices in the shop's currency, discounts, shipping and refunds.

In: tables `purchase`, `purchase_line`, `product`, `person`. Out: `priced_line` (line with its price) and `priced`
(order with currency, subtotal, discount, shipping, total, refunded). Prices are made from the Chinese list price.
"""

import duckdb

_LINES = """
create table priced_line as
select purchase, line, product.*, quantity, purchase.currency,
    round(price_cny * case purchase.currency when 'CNY' then 1 when 'USD' then 0.19 when 'GBP' then 0.15
        else 0.175 end, 0)
        - if(purchase.currency = 'CNY', 0, 0.05) as price
from purchase_line join product using (product)
join (select purchase, case when shop = 'taobao' then 'CNY' when country = 'GB' then 'GBP' when country = 'DE'
    then 'EUR'
             else 'USD' end as currency
      from purchase join person using (person)) as purchase using (purchase)
"""

_ORDERS = """
create table priced as
with summed as (
    select purchase, any_value(currency) as currency, round(sum(price * quantity), 2) as subtotal from priced_line
        group by purchase
), discounted as (
    select *, if(coupon, round(subtotal * 0.1, 2), 0) as discount,
        case when express then if(currency = 'CNY', 18, 14.9) when subtotal > if(currency = 'CNY', 99, 60) then 0
             else if(currency = 'CNY', 8, 4.9) end as shipping
    from purchase join summed using (purchase)
), totalled as (
    select *, subtotal - discount + shipping as total from discounted
)
select *, case status when 'refunded' then total when 'partially_refunded' then round(total * 0.4, 2)
    else 0 end as refunded
from totalled
"""


def create_prices(con: duckdb.DuckDBPyConnection) -> None:
    """Create `priced_line` and `priced`."""
    con.execute(_LINES)
    con.execute(_ORDERS)
