"""Zendesk users and tickets, as pages of the incremental export.

What it offers: end users with e-mail and phone (`shared_phone_number` says that a phone is not one person's), tickets
with status and times. Watermark: `updated_at`. `external_id` is the shop's own user id.
The API is pulled into `users_api` and `tickets_api`: the same users, and tickets that are newer the later they were
generated, which a deletion changes and `updated_at` need not tell. A user with `active` false is deleted.
Follows: third-party profile of Zendesk's support API; connectors/api/zendesk.py for the API itself.
"""

from dataclasses import replace
from functools import partial

from connectors.api.system import Pull
from connectors.api.zendesk import API, read_export
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Identifier, Interaction, Record, Stream
from connectors.values import first_of

_USER = Record(
    key='"id"',
    when="coalesce(\"role\", 'end-user') = 'end-user'",
    updated_at='"updated_at"',
    created_at='"created_at"',
    full_name='"name"',
    emails=('"email"',),
    phones=("case when coalesce(\"shared_phone_number\", 'false') <> 'true' then \"phone\" end",),
    language='"locale"',
)

USERS = Stream(
    name="users",
    files="service/zendesk/users-*.json*",
    format=Pages("$.users"),
    record=_USER,
    identifiers=(
        Identifier("user_id", '"external_id"', record='"id"', issuer="{issuer}", seen_at='"updated_at"'),
    ),
)  # fmt: skip

_TICKET = Interaction(
    key='"id"',
    own_stream="tickets",
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
)

TICKETS = Stream(
    name="tickets",
    files="service/zendesk/tickets-*.json*",
    format=Pages("$.tickets"),
    interaction=_TICKET,
)

USERS_API = Stream(
    name="users_api",
    files="api/{source}/users_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_export, "users")),
    record=replace(
        _USER,
        stream="users",
        # Of who was deleted for good this is left.
        full_name='case when "name" <> \'Permanently Deleted User\' then "name" end',
        deleted_at='case when "active" = \'false\' or "permanently_deleted" = \'true\' then "updated_at" end',
    ),
    identifiers=tuple(replace(each, stream="users") for each in USERS.identifiers),
)

TICKETS_API = Stream(
    name="tickets_api",
    files="api/{source}/tickets_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_export, "tickets")),
    interaction=replace(_TICKET, updated_at=first_of('"generated_timestamp"', '"updated_at"')),
)

CONNECTOR = Connector("zendesk", "service", (USERS, USERS_API, TICKETS, TICKETS_API), about=__doc__)
