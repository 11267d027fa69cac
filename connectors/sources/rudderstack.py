"""Website and app events from RudderStack: the archive of an object storage destination, and tables of a warehouse one.

What it offers: identify, page, screen, track, group and alias calls, one JSON object a line. Every call may carry
`userId` (after login; an empty text before) and `anonymousId` (a cookie; on a phone the device's id). The SDKs put the
traits of an identify call, and those they remember, into `context.traits`; server-side calls may have `traits` of their
own. The warehouse has a table per call with one column per field, in snake case: `id` is the messageId, traits and
properties are columns of the first level, context is `context_…`. Of these tables `identifies` and `tracks` are read,
as Parquet. The same call from both is one event; a profile is patched from one of them alone, so deliver the archive or
the tables.
Key of a call: `messageId`. Watermark: `receivedAt` (`received_at`), the server's time; when a call happened is
`timestamp`, the client's `originalTimestamp` set right by the clock skew between `sentAt` and `receivedAt`.
Ids: `user_id` (issuer: the shop), `anonymous_id`, and `idfa`, `gaid`, `idfv` and `android_id` of the phone.
An identify call only says the traits it carries, so a profile is patched, never replaced.
Follows: RudderStack documentation, "Common fields", "Identify", "Warehouse schemas". Not confirmed: that every archive
holds `timestamp` (without it `originalTimestamp` stands in); `marketing_opt_in` is a trait of the demo's shop: change
it here.
"""

from connectors.files.columnar import Columnar
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Consent, Event, Identifier, Record, Stream
from connectors.values import device, first_of, inside


def trait(path: str) -> str:
    """A trait, from `traits` or from `context.traits`."""
    return first_of(inside("traits", path), inside("context", f"traits.{path}"))


_USER = '"userId"'
_IDENTIFIED = "\"type\" = 'identify' and nullif(trim(\"userId\"), '') is not null"
_HAPPENED = first_of('"timestamp"', '"originalTimestamp"')
_ANONYMOUS = device('"anonymousId"')
_SYSTEM = f"lower({first_of(inside('context', 'os.name'), inside('context', 'device.type'))})"
_ON_APPLE = f"{_SYSTEM} in ('ios', 'ipados', 'iphone os', 'tvos', 'watchos')"
_ON_ANDROID = f"{_SYSTEM} = 'android'"


def identifier(namespace: str, value: str, when: str = "true", issuer: str = "''") -> Identifier:
    """Something a call says of its user."""
    return Identifier(namespace, value, record=_USER, stream="users", issuer=issuer, seen_at=_HAPPENED, when=when)


EVENTS = Stream(
    name="events",
    files="website/rudderstack/events-*.json*",
    format=Ndjson(),
    record=Record(
        stream="users",
        key=_USER,
        when=_IDENTIFIED,
        versions="patch",
        updated_at=_HAPPENED,
        created_at=trait("createdAt"),
        full_name=trait("name"),
        given_name=first_of(trait("firstName"), trait("firstname")),
        family_name=first_of(trait("lastName"), trait("lastname")),
        gender=trait("gender"),
        birth_date=trait("birthday"),
        emails=(trait("email"),),
        phones=(trait("phone"),),
        address=trait("address.street"),
        city=trait("address.city"),
        region=trait("address.state"),
        postcode=first_of(trait("address.postalCode"), trait("address.postalcode")),
        country=trait("address.country"),
        company=trait("company.name"),
        language=inside("context", "locale"),
    ),
    identifiers=(
        identifier("user_id", _USER, issuer="{issuer}"),
        identifier("anonymous_id", _ANONYMOUS),
        identifier("anonymous_id", device('"previousId"'), when="\"type\" = 'alias'"),
        identifier("idfa", inside("context", "device.advertisingId"), when=_ON_APPLE),
        identifier("gaid", inside("context", "device.advertisingId"), when=_ON_ANDROID),
        identifier("idfv", inside("context", "device.id"), when=_ON_APPLE),
        identifier("android_id", inside("context", "device.id"), when=_ON_ANDROID),
    ),
    event=Event(
        id='"messageId"',
        type="case \"type\" when 'page' then 'page' when 'screen' then 'page' when 'track' then 'track' "
        "else 'identify' end",
        name=first_of('"event"', '"name"', inside("properties", "name"), inside("properties", "title")),
        occurred_at=_HAPPENED,
        record=_USER,
        stream="users",
        anonymous_id=_ANONYMOUS,
        session_id=inside("context", "sessionId"),
        url=first_of(inside("properties", "url"), inside("context", "page.url")),
        referrer=first_of(inside("properties", "referrer"), inside("context", "page.referrer")),
        campaign=inside("context", "campaign.name"),
        ip=first_of(inside("context", "ip"), '"request_ip"'),
        user_agent=inside("context", "userAgent"),
        os=inside("context", "os.name"),
        device=inside("context", "device.model"),
        properties='"properties"',
    ),
    consents=(
        Consent(
            record=_USER,
            stream="users",
            when=_IDENTIFIED,
            channel="'email'",
            value=trait("marketing_opt_in"),
            stated_at=_HAPPENED,
        ),
    ),
)

_TABLE_USER = '"user_id"'
_TABLE_HAPPENED = first_of('"timestamp"', '"original_timestamp"')
_TABLE_ANONYMOUS = device('"anonymous_id"')
_TABLE_IDENTIFIERS = (
    Identifier("user_id", _TABLE_USER, _TABLE_USER, "users", issuer="{issuer}", seen_at=_TABLE_HAPPENED),
    Identifier("anonymous_id", _TABLE_ANONYMOUS, _TABLE_USER, "users", seen_at=_TABLE_HAPPENED),
)


def table_event(kind: str, name: str | None = None) -> Event:
    """The event that a row of a warehouse table is."""
    return Event(
        id='"id"',
        own_stream="events",
        type=f"'{kind}'",
        name=name,
        occurred_at=_TABLE_HAPPENED,
        record=_TABLE_USER,
        stream="users",
        anonymous_id=_TABLE_ANONYMOUS,
        session_id='"context_session_id"',
        url='"context_page_url"',
        referrer='"context_page_referrer"',
        campaign='"context_campaign_name"',
        ip=first_of('"context_ip"', '"context_request_ip"'),
        user_agent='"context_user_agent"',
    )


IDENTIFIES = Stream(
    name="identifies",
    files="website/rudderstack/identifies-*.parquet",
    format=Columnar(),
    record=Record(
        stream="users",
        key=_TABLE_USER,
        versions="patch",
        updated_at=_TABLE_HAPPENED,
        full_name=first_of('"name"', '"context_traits_name"'),
        given_name=first_of('"first_name"', '"context_traits_first_name"'),
        family_name=first_of('"last_name"', '"context_traits_last_name"'),
        emails=(first_of('"email"', '"context_traits_email"'),),
        phones=(first_of('"phone"', '"context_traits_phone"'),),
        language='"context_locale"',
    ),
    identifiers=_TABLE_IDENTIFIERS,
    event=table_event("identify"),
)

TRACKS = Stream(
    name="tracks",
    files="website/rudderstack/tracks-*.parquet",
    format=Columnar(),
    identifiers=_TABLE_IDENTIFIERS,
    event=table_event("track", first_of('"event_text"', '"event"')),
)

CONNECTOR = Connector("rudderstack", "website", (EVENTS, IDENTIFIES, TRACKS), about=__doc__)
