-- ops.run: one execution of one stage
-- grain: run_id, stage
-- columns:
--   run_id: id shared by the stages of one run
--   stage: stage name
--   started_at: start (UTC)
--   finished_at: end (UTC), missing while running or after a kill
--   status: running, done, unchanged or failed
--   rows_in: rows the stage took in
--   rows_out: rows it wrote
--   detail: counts of the stage as JSON, never a person's value
create table if not exists ops.run (
    run_id varchar not null,
    stage varchar not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    rows_in bigint,
    rows_out bigint,
    detail varchar
);
