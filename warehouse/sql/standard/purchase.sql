-- standard.purchase: an order, newest version
-- grain: purchase_id
-- columns:
--   purchase_id: first 16 hex digits of the SHA-256 of source, stream and the key of the order there
--   source: system
--   stream: stream of that system
--   order_number: what the source calls the order
--   record_id: record of the buyer
--   ordered_at: when ordered (UTC)
--   status: paid, pending, cancelled, refunded or other
--   currency: ISO 4217
--   amount: total the buyer pays, in currency
--   discount: discount granted, in currency
--   shipping: shipping charged, in currency
--   refunded: amount given back, in currency
--   item_count: number of pieces
--   payment_method: how it was paid
--   updated_at: last change at the source (UTC)
--   _batch_id: batch of the version shown
--   _line: line in that batch
create table if not exists standard.purchase (
    purchase_id varchar not null,
    source varchar not null,
    stream varchar not null,
    order_number varchar not null,
    record_id varchar,
    ordered_at timestamp,
    status varchar,
    currency varchar,
    amount decimal(18, 2),
    discount decimal(18, 2),
    shipping decimal(18, 2),
    refunded decimal(18, 2),
    item_count bigint,
    payment_method varchar,
    updated_at timestamp,
    _batch_id varchar not null,
    _line bigint not null
);
