-- standard.unparsed: a value that could not be standardised, kept as it came, with the reason
-- grain: source, stream, source_key, field, raw_value
-- columns:
--   source: system
--   stream: stream of that system
--   source_key: the source's key of the record, order or event
--   field: standard field the value was meant for
--   raw_value: the value as delivered
--   reason: why it was not understood, without the value
--   _batch_id: batch
--   _line: line in that batch
create table if not exists standard.unparsed (
    source varchar not null,
    stream varchar not null,
    source_key varchar not null,
    field varchar not null,
    raw_value varchar,
    reason varchar not null,
    _batch_id varchar not null,
    _line bigint not null
);
