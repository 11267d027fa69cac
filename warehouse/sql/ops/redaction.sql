-- ops.redaction: batches whose archived bytes no longer are what was delivered, because rows had to go
-- grain: act_id, batch_id
-- columns:
--   act_id: the erasure, or the run in which a delivery brought an erased person again
--   batch_id: the batch
--   rows: rows that went
--   was_path: copy of the delivered bytes that is to be removed, relative to the data directory
--   redacted_at: when (UTC)
create table if not exists ops.redaction (
    act_id varchar not null,
    batch_id varchar not null,
    rows bigint not null,
    was_path varchar,
    redacted_at timestamp not null
);
