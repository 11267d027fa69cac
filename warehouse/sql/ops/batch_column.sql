-- ops.batch_column: the shape of a column in one delivery, from a sample of its rows; what drift is judged by
-- grain: batch_id, column_name
-- columns:
--   batch_id: the delivery
--   source: system
--   stream: stream of that system
--   column_name: column of the raw table; only columns in which the sample holds a value
--   sampled: rows of the sample
--   filled: share of them that hold a value
--   kind: what most values are: number, date, id, json or text
--   numbers: share of the values that are numbers
--   dates: share that begin like a date or a time
--   ids: share that are one word with digits in it
--   jsons: share that are JSON objects or arrays
--   distinct_share: distinct values per value
--   mean_length: characters per value, those beyond 64 not counted
create table if not exists ops.batch_column (
    batch_id varchar not null,
    source varchar not null,
    stream varchar not null,
    column_name varchar not null,
    sampled bigint not null,
    filled double not null,
    kind varchar not null,
    numbers double not null,
    dates double not null,
    ids double not null,
    jsons double not null,
    distinct_share double not null,
    mean_length double not null
);
