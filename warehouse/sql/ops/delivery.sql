-- ops.delivery: every file sighted in the inbox, including those whose bytes had been loaded before
-- grain: one row per sighted path and batch
-- columns:
--   file_name: path relative to the inbox
--   source: system the file belongs to
--   stream: stream of that system
--   batch_id: batch its bytes belong to
--   outcome: loaded, or duplicate when the same bytes had been loaded before under another name
--   seen_at: first sighting (UTC)
create table if not exists ops.delivery (
    file_name varchar not null,
    source varchar not null,
    stream varchar not null,
    batch_id varchar not null,
    outcome varchar not null,
    seen_at timestamp not null
);
