-- identity.departed: records their source has deleted, and the customer each belonged to until then
-- grain: record_id
-- columns:
--   record_id: the record, still in standard.record with its time of deletion
--   customer_id: customer it belonged to last; identity.alias says who that is now
--   source: system of the record
--   stream: stream of that system
--   source_record_id: the source's own key
--   left_at: when the pipeline took it out (UTC)
create table if not exists identity.departed (
    record_id varchar not null,
    customer_id varchar not null,
    source varchar not null,
    stream varchar not null,
    source_record_id varchar not null,
    left_at timestamp not null
);
