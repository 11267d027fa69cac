-- customer.purchase_line: products on orders, with the person who bought
-- grain: purchase_id, line_number
-- columns:
--   customer_id: the person; empty when the order names no known buyer
--   purchase_id: the order
--   line_number: position on the order, from 1
--   sku: article number
--   product: article name
--   category: article category
--   quantity: pieces, negative for returns
--   unit_price: price of a piece, in the order's currency
--   amount: quantity times unit price
select
    who.customer_id,
    line.purchase_id,
    line.line_number,
    line.sku,
    line.product,
    line.category,
    line.quantity,
    line.unit_price,
    line.amount
from standard.purchase_line as line
left join standard.purchase as purchase on purchase.purchase_id = line.purchase_id
left join identity.record_customer as who on who.record_id = purchase.record_id
order by who.customer_id nulls last, line.purchase_id, line.line_number
