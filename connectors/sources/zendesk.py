"""Zendesk users and tickets, as pages of the incremental export.

What it offers: end users with e-mail and phone (`shared_phone_number` says that a phone is not one person's), tickets
with status and times. Watermark: `updated_at`. `external_id` is the shop's own user id.
Follows: third-party profile of Zendesk's support API.
"""

from connectors.files.pages import Pages
from connectors.stream import Connector, Identifier, Interaction, Record, Stream

USERS = Stream(
    name="users",
    files="service/zendesk/users-*.json*",
    format=Pages("$.users"),
    record=Record(
        key='"id"',
        when="coalesce(\"role\", 'end-user') = 'end-user'",
        updated_at='"updated_at"',
        created_at='"created_at"',
        full_name='"name"',
        emails=('"email"',),
        phones=("case when coalesce(\"shared_phone_number\", 'false') <> 'true' then \"phone\" end",),
        language='"locale"',
    ),
    identifiers=(
        Identifier("user_id", '"external_id"', record='"id"', issuer="{issuer}", seen_at='"updated_at"'),
    ),
)  # fmt: skip

TICKETS = Stream(
    name="tickets",
    files="service/zendesk/tickets-*.json*",
    format=Pages("$.tickets"),
    interaction=Interaction(
        key='"id"',
        kind="'ticket'",
        record='"requester_id"',
        stream="users",
        occurred_at='"created_at"',
        updated_at='"updated_at"',
        closed_at="case when \"status\" in ('solved', 'closed') then \"updated_at\" end",
        channel="try(json_extract_string(\"via\", '$.channel'))",
        status='"status"',
        priority='"priority"',
        subject='"subject"',
        staff='"assignee_id"',
    ),
)

CONNECTOR = Connector("zendesk", "service", (USERS, TICKETS), about=__doc__)
