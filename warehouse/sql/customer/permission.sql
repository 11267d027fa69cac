-- customer.permission: whether a person may be contacted, per channel and purpose; no row means never asked, which is no
-- grain: customer_id, channel, purpose
-- columns:
--   customer_id: the person
--   channel: email, sms, phone or wechat
--   purpose: marketing or sharing
--   status: denied when this channel or `any` is denied, suppressed or a minor's, else granted
--   stated_at: newest statement (UTC)
--   reason: why it is denied: suppressed (an address or id is on the suppression list), minor (younger than the minimum age), consent; the first of them that holds
with channel as (
    select unnest(['email', 'sms', 'phone', 'wechat']) as channel
),

restricted as (
    select
        restriction.customer_id,
        channel.channel,
        -- Of the two the one that a person can take back stands first.
        max(restriction.reason) as reason
    from ops.restriction as restriction
    inner join channel on restriction.channel in (channel.channel, 'any')
    group by restriction.customer_id, channel.channel
),

stated as (
    select
        consent.customer_id,
        channel.channel,
        consent.purpose,
        bool_or(consent.status = 'denied') as is_denied,
        max(consent.stated_at) as stated_at
    from customer.consent as consent
    inner join channel on consent.channel in (channel.channel, 'any')
    group by consent.customer_id, channel.channel, consent.purpose
)

select
    stated.customer_id,
    stated.channel,
    stated.purpose,
    if(stated.is_denied or restricted.reason is not null, 'denied', 'granted') as status,
    stated.stated_at,
    coalesce(restricted.reason, if(stated.is_denied, 'consent', null)) as reason
from stated
left join restricted on restricted.customer_id = stated.customer_id and restricted.channel = stated.channel
order by stated.customer_id, stated.channel, stated.purpose
