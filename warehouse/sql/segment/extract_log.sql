-- segment.extract_log: every extract that left the warehouse
-- grain: one row per extract
-- columns:
--   extracted_at: when (UTC)
--   segment: name in segments.toml
--   purpose: what the extract is for
--   channel: where it will be used
--   actor: who pulled it
--   members: customers in the segment
--   extracted: customers in the file
--   withheld: customers left out for want of consent or address
--   columns: columns of the file, comma-separated
--   file_name: path relative to the data directory
--   content_hash: SHA-256 of the file, hexadecimal
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
    content_hash varchar not null
);
