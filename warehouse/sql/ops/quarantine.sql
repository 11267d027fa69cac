-- ops.quarantine: a delivered row that could not be loaded or must not go on, with where it was and why
-- grain: one row per batch, line and reason
-- columns:
--   batch_id: delivery the row came in
--   source: system
--   stream: stream of that system
--   file_name: path relative to the inbox
--   line: line of the file where the row starts, counted from 1; position of the element for JSON pages
--   stage: stage that set it aside: ingest or quality
--   reason: what is wrong, in words, without any value of the row
--   raw: the row as delivered, undecodable bytes as \xNN; empty for stage quality, whose rows stay in raw.*
--   quarantined_at: when (UTC)
create table if not exists ops.quarantine (
    batch_id varchar not null,
    source varchar not null,
    stream varchar not null,
    file_name varchar not null,
    line bigint,
    stage varchar not null,
    reason varchar not null,
    raw varchar,
    quarantined_at timestamp not null
);
