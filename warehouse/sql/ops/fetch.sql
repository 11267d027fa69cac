-- ops.fetch: a file copied from a source's location into the inbox
-- grain: source, name
-- columns:
--   source: system whose location it is
--   name: path relative to the location
--   size_bytes: length of the copy
--   version: what the server said of the file's content (entity tag, time of change, length); another one is fetched again
--   modified_at: time of change as the server tells it (UTC)
--   fetched_at: when it was copied last (UTC)
--   run_id: run that copied it
create table if not exists ops.fetch (
    source varchar not null,
    name varchar not null,
    size_bytes bigint not null,
    version varchar not null,
    modified_at timestamp,
    fetched_at timestamp not null,
    run_id varchar
);
