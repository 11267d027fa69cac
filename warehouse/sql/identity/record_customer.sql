-- identity.record_customer: who is who now
-- grain: record_id
-- columns:
--   record_id: the record
--   customer_id: the person it belongs to
--   source: system of the record
--   stream: stream of that system
--   source_record_id: the source's own key
create table if not exists identity.record_customer (
    record_id varchar not null,
    customer_id varchar not null,
    source varchar not null,
    stream varchar not null,
    source_record_id varchar not null
);
