-- segment.extract_log: every extract that left the warehouse
-- grain: one row per extract
-- columns:
--   extracted_at: when (UTC)
--   segment: name in segments.toml
--   purpose: what the extract is for
--   channel: where it will be used
--   actor: who asked for it; pipeline for those the extract stage writes when they are due
--   members: customers in the segment
--   extracted: customers in the file; of a delta, those who may be contacted, of whom it tells the changes
--   withheld: customers left out: no consent, suppressed, a minor, no address, or held out
--   columns: columns of the file, comma-separated
--   file_name: path relative to the data directory
--   content_hash: SHA-256 of the file's content, hexadecimal
--   format: csv, xlsx, parquet, meta, google, tencent or wecom
--   kind: full, or delta: who entered and left since the extract before
--   as_of: day of the marts it was made from
--   holdout: of the withheld, those who may be contacted and are held out
--   entered: rows of a delta that are new, or have another address, since the extract before
--   removed: rows of a delta that are no longer to be used
--   reason: why, in the words of whoever asked
create table if not exists segment.extract_log (
    extracted_at timestamp not null,
    segment varchar not null,
    purpose varchar not null,
    channel varchar not null,
    actor varchar not null,
    members bigint not null,
    extracted bigint not null,
    withheld bigint not null,
    columns varchar not null,
    file_name varchar not null,
    content_hash varchar not null,
    format varchar not null default 'csv',
    kind varchar not null default 'full',
    as_of date,
    holdout bigint not null default 0,
    entered bigint,
    removed bigint,
    reason varchar
);
