-- ops.batch: one delivery (a file, or a member of an archive), loaded once by the hash of its bytes
-- grain: batch_id
-- columns:
--   batch_id: first 16 hex digits of the SHA-256 of source, stream and the delivered bytes; the same bytes are the same batch
--   source: system the delivery came from
--   stream: stream of that system
--   file_name: path of the first sighting, relative to the inbox
--   delivered_on: day the source made the delivery, read from its file name; orders versions that carry no time of their own
--   content_hash: SHA-256 of the delivered bytes, hexadecimal
--   size_bytes: length of the delivered bytes
--   archive_path: copy of the original bytes, relative to the data directory
--   rows_delivered: rows found in the delivery, readable or not
--   rows_loaded: rows written to the raw table
--   rows_quarantined: rows written to ops.quarantine
--   new_columns: columns this delivery brought that the stream did not have before, comma-separated
--   missing_columns: columns the connector reads that this delivery lacks, comma-separated
--   status: loaded, or rejected when nothing of it could be read
--   loaded_at: when the batch was loaded (UTC)
--   run_id: run that loaded it
--   rows_suppressed: rows of erased people, counted and kept nowhere
--   rows_expired: rows that were kept as long as rights.toml says; delivered = loaded + quarantined + suppressed + expired
create table if not exists ops.batch (
    batch_id varchar not null,
    source varchar not null,
    stream varchar not null,
    file_name varchar not null,
    delivered_on date,
    content_hash varchar not null,
    size_bytes bigint not null,
    archive_path varchar,
    rows_delivered bigint not null,
    rows_loaded bigint not null,
    rows_quarantined bigint not null,
    new_columns varchar,
    missing_columns varchar,
    status varchar not null,
    loaded_at timestamp not null,
    run_id varchar,
    rows_suppressed bigint not null default 0,
    rows_expired bigint not null default 0
);
