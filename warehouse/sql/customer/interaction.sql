-- customer.interaction: contacts between persons and the company's staff
-- grain: interaction_id
-- columns:
--   customer_id: the person; empty when the contact names no known record
--   interaction_id: the contact
--   occurred_at: when it began (UTC)
--   closed_at: when it ended (UTC)
--   source: system
--   stream: stream of that system
--   kind: ticket, follow (a WeCom colleague added the person), subscribe, call, chat, message, email, meeting, note, task, …
--   is_open: true for a ticket nobody has closed or solved
--   record_id: record of the person
--   channel: e-mail, web, chat, phone, wechat
--   status: as the source says
--   priority: as the source says
--   subject: subject line
--   staff: colleague concerned, the source's own id
--   updated_at: last change at the source (UTC)
select
    who.customer_id,
    interaction.interaction_id,
    interaction.occurred_at,
    interaction.closed_at,
    interaction.source,
    interaction.stream,
    interaction.kind,
    coalesce(
        interaction.kind = 'ticket'
        and interaction.closed_at is null
        and lower(coalesce(interaction.status, '')) not in ('closed', 'solved', 'resolved', 'deleted'),
        false
    ) as is_open,
    interaction.record_id,
    interaction.channel,
    interaction.status,
    interaction.priority,
    interaction.subject,
    interaction.staff,
    interaction.updated_at
from standard.interaction as interaction
left join identity.record_customer as who on who.record_id = interaction.record_id
order by who.customer_id nulls last, interaction.occurred_at nulls last, interaction.interaction_id
