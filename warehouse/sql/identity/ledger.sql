-- identity.ledger: every change of who is who
-- grain: ledger_number
-- columns:
--   ledger_number: running number
--   event: created, merged, split, moved, removed or overridden
--   customer_id: customer the row is about; on a merge the one that stays, on a split the new one
--   other_customer_id: on a merge the one that ends, on a split the one it came from, on a move where the records came from
--   records: records concerned
--   run_id: run that changed it
--   epoch: model epoch in force
--   recorded_at: when (UTC)
create table if not exists identity.ledger (
    ledger_number bigint not null,
    event varchar not null,
    customer_id varchar not null,
    other_customer_id varchar,
    records bigint not null,
    run_id varchar,
    epoch varchar,
    recorded_at timestamp not null
);
