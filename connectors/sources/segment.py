"""Website events in Segment's format, one JSON object a line.

What it offers: identify calls carry traits (a profile), page and track calls are events, every call may carry
`userId` (after login) and `anonymousId` (a cookie). Key of a call: `messageId`. Watermark: `timestamp`.
An identify call only says the traits it carries, so a profile is patched, never replaced. `alias` links an earlier id.
Follows: Segment Spec, "Common fields", "Identify", "Page", "Track", "Alias".
"""

from connectors.files.reading import Ndjson
from connectors.stream import Connector, Consent, Event, Identifier, Record, Stream
from connectors.values import first_of, inside


def trait(path: str) -> str:
    """A trait, from `traits` or, as track calls carry them, from `context.traits`."""
    return first_of(inside("traits", path), inside("context", f"traits.{path}"))


_IDENTIFIED = "\"type\" = 'identify' and nullif(trim(\"userId\"), '') is not null"

EVENTS = Stream(
    name="events",
    files="website/segment/*.ndjson*",
    format=Ndjson(),
    record=Record(
        stream="users",
        key='"userId"',
        when=_IDENTIFIED,
        versions="patch",
        updated_at='"timestamp"',
        created_at=trait("createdAt"),
        full_name=trait("name"),
        given_name=trait("firstName"),
        family_name=trait("lastName"),
        gender=trait("gender"),
        birth_date=trait("birthday"),
        emails=(trait("email"),),
        phones=(trait("phone"),),
        address=trait("address.street"),
        city=trait("address.city"),
        region=trait("address.state"),
        postcode=trait("address.postalCode"),
        country=trait("address.country"),
        company=trait("company.name"),
        language=inside("context", "locale"),
    ),
    identifiers=(
        Identifier("user_id", '"userId"', record='"userId"', stream="users", issuer="{issuer}", seen_at='"timestamp"'),
        Identifier("anonymous_id", '"anonymousId"', record='"userId"', stream="users", seen_at='"timestamp"'),
        Identifier(
            "anonymous_id",
            '"previousId"',
            record='"userId"',
            stream="users",
            seen_at='"timestamp"',
            when="\"type\" = 'alias'",
        ),
    ),
    event=Event(
        id='"messageId"',
        type='"type"',
        name=first_of('"event"', '"name"', inside("properties", "title")),
        occurred_at='"timestamp"',
        record='"userId"',
        stream="users",
        anonymous_id='"anonymousId"',
        session_id=inside("context", "sessionId"),
        url=first_of(inside("properties", "url"), inside("context", "page.url")),
        referrer=first_of(inside("properties", "referrer"), inside("context", "page.referrer")),
        campaign=inside("context", "campaign.name"),
        ip=inside("context", "ip"),
        user_agent=inside("context", "userAgent"),
        properties='"properties"',
    ),
    consents=(
        Consent(
            record='"userId"',
            stream="users",
            when=_IDENTIFIED,
            channel="'email'",
            value=trait("marketing_opt_in"),
            stated_at='"timestamp"',
        ),
    ),
)

CONNECTOR = Connector("segment", "website", (EVENTS,), about=__doc__)
