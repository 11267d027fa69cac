-- ops.restriction: customers who may not be written to whatever they consented to; made anew before customer.permission
-- grain: customer_id, channel, reason
-- columns:
--   customer_id: the person
--   channel: email, sms, phone, wechat or any
--   reason: suppressed (an identifier is in ops.suppression) or minor (a record's birth date is less than the minimum age ago)
create table if not exists ops.restriction (
    customer_id varchar not null,
    channel varchar not null,
    reason varchar not null
);
