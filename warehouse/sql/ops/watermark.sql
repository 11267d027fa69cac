-- ops.watermark: which batches a stage has already taken in, so that it takes each once
-- grain: stage, batch_id
-- columns:
--   stage: stage that consumed the batch, or stale when its delivery day was corrected afterwards
--   batch_id: the batch
--   done_at: when (UTC)
create table if not exists ops.watermark (
    stage varchar not null,
    batch_id varchar not null,
    done_at timestamp not null
);
