-- identity.alias: an id that is no longer in use, and the customer it resolves to now
-- grain: old_customer_id
-- columns:
--   old_customer_id: id handed out earlier
--   customer_id: current id
--   since: when it was replaced (UTC)
create table if not exists identity.alias (
    old_customer_id varchar not null,
    customer_id varchar not null,
    since timestamp not null
);
