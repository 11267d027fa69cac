-- ops.quality_result: outcome of one expectation on one table in one run
-- grain: run_id, suite, expectation
-- columns:
--   run_id: run that checked
--   suite: suite name, one per guarded table
--   table_name: schema and table
--   expectation: expectation type and column
--   severity: fail stops the run, warn is reported, quarantine sets the rows aside
--   success: whether it held
--   checked_rows: rows looked at
--   failed_rows: rows that broke it
--   reason: why the check exists
--   checked_at: when (UTC)
create table if not exists ops.quality_result (
    run_id varchar not null,
    suite varchar not null,
    table_name varchar not null,
    expectation varchar not null,
    severity varchar not null,
    success boolean not null,
    checked_rows bigint,
    failed_rows bigint,
    reason varchar,
    checked_at timestamp not null
);
