"""App events in Sensors Analytics (神策) format, one JSON object a line.

What it offers: `track` events, `profile_set` / `profile_set_once` profiles, `track_signup` (the moment an anonymous
`original_id` logs in as `distinct_id`), `track_id_bind` and `track_id_unbind` (links that can be taken back).
Ids: `login_id` and `anonymous_id`, or `identities.$identity_login_id` and `$identity_anonymous_id`. Times are epoch
milliseconds. An event without `_track_id` is keyed by its content and place in the file.
Follows: Sensors Analytics data format and ID-Mapping documentation. Names of profile properties are a tenant's choice;
those here are the documented presets ($name, $signup_time, ...) and their unprefixed twins: change them here.
"""

from connectors.files.reading import Ndjson
from connectors.stream import Connector, Event, Identifier, Record, Stream
from connectors.values import first_of, inside, union_issuer


def property_of(*names: str) -> str:
    """A property under any of its names, with the `$` of a preset or without."""
    return first_of(*(inside("properties", f'"{prefix}{name}"') for name in names for prefix in ("", "$")))


def identity(preset: str) -> str:
    """One of the event's identities by its preset name."""
    return inside("identities", f'"$identity_{preset}"')


LOGIN_ID = first_of(
    '"login_id"',
    identity("login_id"),
    'case when "type" = \'track_signup\' then "distinct_id" end',
    # A profile is set for the login id once there is one.
    'case when "type" like \'profile%\' and "anonymous_id" is distinct from "distinct_id" then "distinct_id" end',
)
DEVICE_ID = first_of(
    '"anonymous_id"',
    identity("anonymous_id"),
    'case when "type" = \'track_signup\' then "original_id" end',
)
_UNBOUND = "\"type\" = 'track_id_unbind'"
_PROFILE = f"\"type\" in ('profile_set', 'profile_set_once', 'track_signup') and {LOGIN_ID} is not null"

EVENTS = Stream(
    name="events",
    files="app/sensors/*.ndjson*",
    format=Ndjson(),
    record=Record(
        stream="users",
        key=LOGIN_ID,
        when=_PROFILE,
        versions="patch",
        updated_at='"time"',
        created_at=property_of("signup_time"),
        full_name=property_of("name", "real_name"),
        gender=property_of("gender"),
        birth_date=property_of("birthday", "birth_date"),
        emails=(property_of("email"),),
        phones=(property_of("phone_number", "mobile", "phone"),),
        address=property_of("address"),
        city=property_of("city"),
        region=property_of("province"),
        country=property_of("country"),
    ),
    identifiers=(
        Identifier("user_id", LOGIN_ID, record=LOGIN_ID, stream="users", issuer="{issuer}", seen_at='"time"'),
        Identifier("device_id", DEVICE_ID, record=LOGIN_ID, stream="users", seen_at='"time"', revoked=_UNBOUND),
        *(
            Identifier(namespace, identity(preset), record=LOGIN_ID, stream="users", seen_at='"time"', revoked=_UNBOUND)
            for namespace, preset in (("phone", "mobile"), ("email", "email"))
        ),
        Identifier(
            "wechat_unionid",
            first_of(property_of("unionid"), identity("mp_unionid")),
            record=LOGIN_ID,
            stream="users",
            issuer=union_issuer(first_of(property_of("unionid"), identity("mp_unionid"))),
            seen_at='"time"',
            revoked=_UNBOUND,
        ),
    ),
    event=Event(
        id=f"coalesce({first_of('_track_id')}, _batch_id || ':' || _line)",
        when="\"type\" not like 'profile%'",
        type="case \"type\" when 'track_signup' then 'signup' when 'track_id_bind' then 'bind' "
        "when 'track_id_unbind' then 'unbind' else 'track' end",
        name='"event"',
        occurred_at='"time"',
        record=LOGIN_ID,
        stream="users",
        anonymous_namespace="'device_id'",
        anonymous_id=DEVICE_ID,
        session_id=property_of("event_session_id"),
        url=property_of("url", "screen_name"),
        referrer=property_of("referrer"),
        campaign=property_of("utm_campaign"),
        ip=property_of("ip"),
        user_agent=property_of("user_agent"),
        os=property_of("os"),
        device=property_of("model"),
        properties='"properties"',
    ),
)

CONNECTOR = Connector("sensors", "app", (EVENTS,), about=__doc__)
