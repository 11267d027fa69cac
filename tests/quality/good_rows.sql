-- A small warehouse in which every expectation of every suite holds: three records, two persons.
create table raw.segment_events (_batch_id varchar, _line bigint, _loaded_at timestamp, body varchar);
create table raw.shopify_orders (_batch_id varchar, _line bigint, _loaded_at timestamp, body varchar);

insert into ops.batch by name
select
    batch_id, source, stream, file_name, date '2026-03-18' as delivered_on, batch_id as content_hash, 10 as size_bytes,
    rows_delivered, rows_loaded, rows_quarantined, 'loaded' as status, timestamp '2026-03-19 01:00:00' as loaded_at
from (values
    ('b000000000000001', 'segment', 'events', 'website/events-2026-03-18.ndjson', 41, 40, 1),
    ('b000000000000002', 'shopify', 'orders', 'store/orders-2026-03-18.csv', 2, 2, 0)
) as v (batch_id, source, stream, file_name, rows_delivered, rows_loaded, rows_quarantined);

insert into raw.segment_events
select 'b000000000000001', line, timestamp '2026-03-19 01:00:00', 'x' from range(1, 41) as r (line);
insert into raw.shopify_orders
select 'b000000000000002', line, timestamp '2026-03-19 01:00:00', 'x' from range(1, 3) as r (line);

insert into ops.quarantine by name
select
    'b000000000000001' as batch_id, 'segment' as source, 'events' as stream,
    'website/events-2026-03-18.ndjson' as file_name, 41 as line, 'ingest' as stage, 'cut off' as reason,
    timestamp '2026-03-19 01:00:00' as quarantined_at;

insert into standard.record by name
select
    v.*, 'US' as country, timestamp '2026-03-01 08:00:00' as created_at, timestamp '2026-03-17 08:00:00' as updated_at,
    'b000000000000001' as _batch_id, row_number() over () as _line
from (values
    ('a000000000000001', 'segment', 'users', 'u1', 'Ann Lee', 'Ann', 'Lee', 'latin', null, 'female', date '1990-05-17',
        'ann.lee@example.org', '+12025550101'),
    ('a000000000000002', 'shopify', 'orders', '#1001', 'Ann Lee', 'Ann', 'Lee', 'latin', null, null, null,
        'ann.lee@example.org', '+12025550101'),
    ('a000000000000003', 'shopify', 'orders', '#1002', '王小明', '小明', '王', 'han', 'wang xiaoming', 'male', null,
        null, '+8613912345678')
) as v (record_id, source, stream, source_record_id, full_name, given_name, family_name, name_script, name_pinyin,
    gender, birth_date, email, phone);

insert into standard.identifier by name
select
    record_id, namespace, '' as issuer, value, timestamp '2026-03-01 08:00:00' as seen_first,
    timestamp '2026-03-17 08:00:00' as seen_last
from (values
    ('a000000000000001', 'email', 'ann.lee@example.org'),
    ('a000000000000001', 'anonymous_id', 'cookie-1'),
    ('a000000000000002', 'email', 'ann.lee@example.org'),
    ('a000000000000003', 'phone', '+8613912345678')
) as v (record_id, namespace, value);

insert into standard.event by name
select
    'e' || n as event_id, 'segment' as source, 'events' as stream, 'page' as event_type, 'Viewed' as event_name,
    timestamp '2026-03-17 09:00:00' + to_minutes(n::integer) as occurred_at,
    case when n = 1 then 'a000000000000001' end as record_id, 'anonymous_id' as anonymous_namespace,
    'cookie-' || n as anonymous_id, 'b000000000000001' as _batch_id, n as _line
from range(1, 4) as r (n);

insert into standard.purchase by name
select
    v.*, 'shopify' as source, 'orders' as stream, timestamp '2026-03-17 10:00:00' as ordered_at, 'paid' as status,
    'USD' as currency, 40.00 as amount, 0.00 as refunded, 'b000000000000002' as _batch_id, 1 as _line
from (values
    ('d000000000000001', '#1001', 'a000000000000002'),
    ('d000000000000002', '#1002', 'a000000000000003')
) as v (purchase_id, order_number, record_id);

insert into standard.purchase_line by name
select
    purchase_id, 1 as line_number, 'T-1' as sku, 'Tea' as product, 2 as quantity, 20.00 as unit_price,
    40.00 as amount, 'b000000000000002' as _batch_id, 1 as _line
from standard.purchase;

insert into standard.interaction by name
select
    'f000000000000001' as interaction_id, 'zendesk' as source, 'tickets' as stream, 'ticket' as kind,
    'a000000000000001' as record_id, timestamp '2026-03-10 10:00:00' as occurred_at,
    timestamp '2026-03-11 10:00:00' as closed_at, 'b000000000000001' as _batch_id, 7 as _line;

insert into standard.feedback by name
select
    'f00000000000000' || n as feedback_id, 'survey' as source, 'responses' as stream,
    'a000000000000001' as record_id, timestamp '2026-03-12 10:00:00' as answered_at, 9 as nps, 4 as csat,
    'b000000000000001' as _batch_id, n as _line
from range(1, 3) as r (n);

insert into standard.consent by name
select
    'a000000000000001' as record_id, channel, 'marketing' as purpose, 'granted' as status,
    timestamp '2026-03-02 10:00:00' as stated_at, 'segment' as source, 'users' as stream,
    'b000000000000001' as _batch_id, 1 as _line
from (values ('email'), ('sms')) as v (channel);

insert into standard.unparsed by name
select
    'segment' as source, 'users' as stream, 'u1' as source_key, 'birth_date' as field, 'soon' as raw_value,
    'not a date' as reason, 'b000000000000001' as _batch_id, 1 as _line;

insert into identity.record_customer by name
select
    record_id, case when source_record_id = '#1002' then 'C0000000000000b2' else 'C0000000000000a1' end as customer_id,
    source, stream, source_record_id
from standard.record;

create table identity.link as
select
    'a000000000000001' as record_id_l, 'a000000000000002' as record_id_r, 14.5::double as match_weight,
    0.99::double as match_probability, 'email' as rules;

insert into identity.alias values ('C0000000000000c3', 'C0000000000000a1', timestamp '2026-03-19 02:00:00');

insert into identity.ledger by name
select v.*, 1 as records, timestamp '2026-03-19 02:00:00' as recorded_at
from (values
    (1, 'created', 'C0000000000000a1', null),
    (2, 'created', 'C0000000000000b2', null),
    (3, 'created', 'C0000000000000c3', null),
    (4, 'merged', 'C0000000000000a1', 'C0000000000000c3')
) as v (ledger_number, event, customer_id, other_customer_id);
