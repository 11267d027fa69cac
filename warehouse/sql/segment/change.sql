-- segment.change: a person entered or left a segment
-- grain: segment, customer_id, changed_on, change
-- columns:
--   segment: name in segments.toml
--   customer_id: the person
--   change: entered or left
--   changed_on: the day
create table if not exists segment.change (
    segment varchar not null,
    customer_id varchar not null,
    change varchar not null,
    changed_on date not null
);
