"""Website, app and mini-program events from GrowingIO (on-premises CDP): the nightly export of the day before.

What it offers: one row per event as gzipped CSV, in a folder per day. The export also has folders of user ids,
attributes, tags and segments, each file two columns keyed by GrowingIO's own `gio_id`: those are not read.
Ids: `anonymous_id` is the browser's, phone's or mini program's (`device_id`). After login, `login_user_id` is the
account and `login_user_key` says what kind of account: empty or `$basic_userId` for the shop's user id (`user_id`,
issuer: the shop); with several kinds of account a key may be a phone number, e-mail address or WeChat unionid, which
are read as such, or a kind of the company's own, whose accounts are kept apart by it.
Key: `event_id`; without one, the user, the moment, the event and its attributes together. Watermark: `event_time`, the
server's; when it happened is `client_time`. Both are epoch milliseconds or texts in the server's zone.
`attributes` is one JSON object; a list is one text, its values joined with `||`, and a list again in the event's
properties.
Follows: GrowingIO's documentation of the offline export (folders, files, one day later) and of the data model
(`event_key`, `event_time`, `client_time`, `event_type` and the `utm_…`, device and place columns). Not confirmed: that
the files have a header row, how `attributes` is written, and the names of keys other than the basic one: change them in
KEYS.
"""

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Event, Identifier, Record, Stream
from connectors.values import device, first_of, union_issuer

# Kinds of account that are more than the shop's own, by the key a company is likely to give them.
KEYS = {
    "phone": ("phone", "mobile", "$phone", "$mobile"),
    "email": ("email", "$email"),
    "wechat_unionid": ("unionid", "union_id", "$unionid"),
}

_ACCOUNT = "nullif(trim(\"login_user_id\"), '')"
_KIND = "coalesce(nullif(trim(\"login_user_key\"), ''), '$basic_userId')"
_IS_BASIC = f"{_KIND} = '$basic_userId'"
# Account 7 of one kind is not account 7 of another.
_USER = f"case when {_IS_BASIC} then {_ACCOUNT} else {_KIND} || ':' || {_ACCOUNT} end"
_HAPPENED = first_of('"client_time"', '"event_time"')
_DEVICE = device('"anonymous_id"')
_CONTENT = (
    'concat_ws(\':\', "anonymous_id", "login_user_id", "event_time", "client_time", "event_key", '
    "md5(coalesce(\"attributes\", '')))"
)


def identifier(namespace: str, value: str, when: str = "true", issuer: str = "''") -> Identifier:
    """Something a row says of its user."""
    return Identifier(namespace, value, record=_USER, stream="users", issuer=issuer, seen_at=_HAPPENED, when=when)


def attributes() -> str:
    """The attributes as a JSON object in which a list is one; as they came where they are no object."""
    parsed = 'from_json(case when json_valid("attributes") then "attributes" end, \'"MAP(VARCHAR, JSON)"\')'
    is_list = "each.value::varchar like '%||%' and json_type(each.value) = 'VARCHAR'"
    value = (
        f"case when {is_list} then to_json(string_split(each.value->>'$', '||'))::varchar "
        "else coalesce(each.value::varchar, 'null') end"
    )
    pair = f"to_json(each.key)::varchar || ':' || {value}"
    listed = f"list_transform(map_entries({parsed}), lambda each: {pair})"
    return f"coalesce(try('{{' || array_to_string({listed}, ',') || '}}'), \"attributes\")"


def has_key(namespace: str) -> str:
    """Whether the account is of the kind that the namespace stands for."""
    return f"lower({_KIND}) in ({', '.join(f'{chr(39)}{key}{chr(39)}' for key in KEYS[namespace])})"


EVENTS = Stream(
    name="events",
    files="website/growingio/*/event/part-*.csv*",
    format=Delimited(),
    record=Record(
        stream="users",
        key=_USER,
        when=f"{_ACCOUNT} is not null",
        updated_at=_HAPPENED,
    ),
    identifiers=(
        identifier("user_id", _ACCOUNT, when=_IS_BASIC, issuer="{issuer}"),
        identifier("phone", _ACCOUNT, when=has_key("phone")),
        identifier("email", _ACCOUNT, when=has_key("email")),
        identifier(
            "wechat_unionid", _ACCOUNT, when=has_key("wechat_unionid"), issuer=union_issuer('"login_user_id"')
        ),
        identifier("device_id", _DEVICE),
    ),
    event=Event(
        id=first_of('"event_id"', _CONTENT),
        type="case when lower(\"event_type\") in ('page', 'visit') then 'page' else 'track' end",
        name='"event_key"',
        occurred_at=_HAPPENED,
        record=_USER,
        stream="users",
        anonymous_namespace="'device_id'",
        anonymous_id=_DEVICE,
        session_id='"session"',
        url="nullif(concat_ws('', \"domain\", \"path\"), '')",
        referrer='"referrer_domain"',
        campaign='"utm_campaign"',
        ip='"ip"',
        user_agent='"user_agent"',
        os='"os"',
        device='"device_model"',
        properties=attributes(),
    ),
)  # fmt: skip

CONNECTOR = Connector("growingio", "website", (EVENTS,), about=__doc__)
