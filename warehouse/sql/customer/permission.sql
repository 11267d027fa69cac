-- customer.permission: whether a person may be contacted, per channel and purpose; no row means never asked, which is no
-- grain: customer_id, channel, purpose
-- columns:
--   customer_id: the person
--   channel: email, sms, phone or wechat
--   purpose: marketing or sharing
--   status: denied when this channel or `any` is denied, else granted
--   stated_at: newest statement (UTC)
with channel as (
    select unnest(['email', 'sms', 'phone', 'wechat']) as channel
)

select
    consent.customer_id,
    channel.channel,
    consent.purpose,
    if(bool_or(consent.status = 'denied'), 'denied', 'granted') as status,
    max(consent.stated_at) as stated_at
from customer.consent as consent
inner join channel on consent.channel in (channel.channel, 'any')
group by consent.customer_id, channel.channel, consent.purpose
order by consent.customer_id, channel.channel, consent.purpose
