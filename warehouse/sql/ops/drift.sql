-- ops.drift: how a delivery's columns differ from what its stream usually brings, as seen in a sample of its rows
-- grain: one row per batch, column and kind
-- columns:
--   batch_id: the delivery
--   source: system
--   stream: stream of that system
--   column_name: the column; of a renamed one the name it had
--   kind: added, dropped, renamed (a guess) or retyped
--   detail: what was seen, in words, shares and column names, never a value
--   severity: info, warn (a column the connector reads) or alarm (the key of its rows is missing)
--   seen_at: when (UTC)
create table if not exists ops.drift (
    batch_id varchar not null,
    source varchar not null,
    stream varchar not null,
    column_name varchar not null,
    kind varchar not null,
    detail varchar not null,
    severity varchar not null,
    seen_at timestamp not null
);
