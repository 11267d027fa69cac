-- standard.purchase_line: one product on an order, newest version of the order
-- grain: purchase_id, line_number
-- columns:
--   purchase_id: the order
--   line_number: position on the order, from 1
--   sku: article number
--   product: article name
--   category: article category
--   quantity: pieces, negative for returns
--   unit_price: price of a piece, in the order's currency
--   amount: quantity times unit price
--   _batch_id: batch of the version shown
--   _line: line in that batch
create table if not exists standard.purchase_line (
    purchase_id varchar not null,
    line_number bigint not null,
    sku varchar,
    product varchar,
    category varchar,
    quantity decimal(18, 3),
    unit_price decimal(18, 4),
    amount decimal(18, 2),
    _batch_id varchar not null,
    _line bigint not null
);
