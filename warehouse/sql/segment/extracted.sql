-- segment.extracted: who is in the files that left the warehouse, so that the next one can say what changed
-- grain: segment, format, customer_id, sent, extracted_in
-- columns:
--   segment: name in segments.toml
--   format: csv, xlsx, parquet, meta, google, tencent or wecom
--   customer_id: the person
--   sent: what the receiver knows the person by: the customer id, with a SHA-256 of the addresses where the file has some, or the hashed values or WeCom ids of the row, as JSON
--   extracted_in: file that brought the person, relative to the data directory
--   removed_in: file after which the receiver no longer has the person; empty while it has
create table if not exists segment.extracted (
    segment varchar not null,
    format varchar not null,
    customer_id varchar not null,
    sent varchar not null,
    extracted_in varchar not null,
    removed_in varchar
);
