"""Followers of a WeChat official account and users of its mini program, as the answers of its API are saved.

What it offers: followers in full at every delivery, no watermark (`user/info/batchget` as users-*.json, `user/info` as
user-*.json); whom a visitor let the website read (`sns/userinfo`); and answers that only name openids: follower and tag
lists, mini program logins, sessions and messages of customer service, shakes, payments. Since 2021-12 nickname, sex and
city come back empty; `openid`, `unionid` (sometimes with a leading space), `subscribe_time` and the staff's `remark`
remain. The remark is free text: a phone number in it is read as one, what is left as a name.
Namespaces: `wechat_openid` (per account: a mini program with openids of its own is a source of its own),
`wechat_unionid` (per open platform account). Openids that are only named make one record each, in stream openids.
A follow is told by batchget alone, so that it counts once. Amounts of WeChat Pay are in cents, its times in Beijing;
deliver only payments whose orders no store delivers, or they count twice. What customers wrote stays in the raw table.
`sns/jscode2session` answers with a `session_key`, a secret: take it out before delivering.
The API is pulled into `users_api`: the records of users-*.json with `pulled_at`, when the pull began. Pull or deliver,
or every follow counts twice.
Follows: WeChat official account documentation (user management, customer service), WeChat Pay documentation;
connectors/api/wechat.py for the API itself.
"""

from dataclasses import replace

from connectors.api.system import Pull
from connectors.api.wechat import API, read_followers
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Consent, Identifier, Interaction, Purchase, Record, Stream
from connectors.values import first_of, seconds, union_issuer

_FOLDER = "social/wechat/"
_CODE = "$.errcode"
_OPENID = 'trim("openid")'
_MOBILE = "(?:[+]?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
_PHONE_IN_REMARK = f"nullif(regexp_extract(\"remark\", '{_MOBILE}'), '')"
# What is left of a remark such as 王小明 13812345678 or 李女士-会员, up to the first separator.
_WITHOUT_NUMBERS = "regexp_replace(\"remark\", '[+]?[0-9 -]{7,}', '')"
_NAME_IN_REMARK = f"nullif(trim(regexp_extract({_WITHOUT_NUMBERS}, '^[\\s]*([^-_/|,，;；:：(（\\d]+)', 1)), '')"
_FOLLOWS = "coalesce(\"subscribe\", '1') <> '0'"


def _identifiers(stream: str) -> tuple[Identifier, ...]:
    """The openid and the unionid of a row, on a record of `stream`."""
    return (
        Identifier("wechat_openid", '"openid"', record=_OPENID, stream=stream, issuer="{source}"),
        Identifier("wechat_unionid", '"unionid"', record=_OPENID, stream=stream, issuer=union_issuer('"unionid"')),
    )


_USER = Record(
    key=_OPENID,
    stream="users",
    created_at=seconds("subscribe_time"),
    full_name=first_of('"nickname"', _NAME_IN_REMARK),
    gender=seconds("sex"),
    phones=(_PHONE_IN_REMARK,),
    city='"city"',
    region='"province"',
    country='"country"',
    language='"language"',
)

_FOLLOW = Interaction(
    key=_OPENID,
    own_stream="users",
    kind="'subscribe'",
    when=f"{_FOLLOWS} and {seconds('subscribe_time')} is not null",
    occurred_at=seconds("subscribe_time"),
    record=_OPENID,
    channel="'wechat'",
    subject='"subscribe_scene"',
)

# Following an account is the consent to its messages; leaving it is the refusal.
_CONSENT = Consent(
    record=_OPENID,
    stream="users",
    channel="'wechat'",
    value="case when \"subscribe\" = '0' then 'no' else 'yes' end",
)

USERS = Stream(
    name="users",
    files=f"{_FOLDER}users-*.json*",
    format=Pages("$.user_info_list", _CODE),
    record=_USER,
    identifiers=_identifiers("users"),
    interaction=_FOLLOW,
    consents=(_CONSENT,),
)

USERS_API = replace(
    USERS,
    name="users_api",
    files="api/{source}/users_api/*.ndjson",
    format=Ndjson(),
    record=replace(_USER, stream="users", updated_at='"pulled_at"'),
    interaction=replace(_FOLLOW, stream="users", updated_at='"pulled_at"'),
    consents=(replace(_CONSENT, stated_at='"pulled_at"'),),
    pull=Pull(API, read_followers),
)

USER = replace(
    USERS, name="user", files=f"{_FOLDER}user-*.json*", format=Pages("$", _CODE, single=True), interaction=None
)

VISITORS = Stream(
    name="visitors",
    files=f"{_FOLDER}userinfo-*.json*",
    format=Pages("$", _CODE, single=True),
    record=Record(
        key=_OPENID,
        full_name=first_of('"nickname"'),
        gender=seconds("sex"),
        city='"city"',
        region='"province"',
        country='"country"',
        language='"language"',
    ),
    identifiers=_identifiers("visitors"),
)


def _named(name: str, files: str, shape: Pages, interaction: Interaction | None = None) -> Stream:
    """A stream whose rows name an openid and say nothing else about the person."""
    return Stream(
        name=name,
        files=f"{_FOLDER}{files}-*.json*",
        format=shape,
        record=Record(key=_OPENID, stream="openids"),
        identifiers=_identifiers("openids"),
        interaction=interaction,
    )


def _chat(kind: str, key: str, at: str, staff: str) -> Interaction:
    return Interaction(
        key=f"concat_ws(':', {_OPENID}, {key})",
        kind=kind,
        occurred_at=seconds(at),
        record=_OPENID,
        stream="openids",
        channel="'wechat'",
        staff=staff,
    )


_CHAT = _chat("'chat'", '"createtime"', "createtime", '"kf_account"')
# Several messages may have one second; the text tells them apart.
_MESSAGE = _chat("'message'", '"time", "opercode", left(sha256(coalesce("text", \'\')), 16)', "time", 'trim("worker")')

NAMED = (
    _named("openids", "openids", Pages("$.data.openid", _CODE, value="openid")),
    _named("logins", "logins", Pages("$", _CODE, single=True)),
    _named("shakes", "shakes", Pages("$.data", _CODE, single=True)),
    _named("chats", "chats", Pages("$.sessionlist", _CODE), _CHAT),
    _named("waiting_chats", "waiting_chats", Pages("$.waitcaselist", _CODE), _CHAT),
    _named("messages", "messages", Pages("$.recordlist", _CODE), replace(_MESSAGE, status='"opercode"')),
)

PAYMENTS = replace(
    _named("payments", "payments", Pages("$", single=True)),
    purchase=Purchase(
        key='"out_trade_no"',
        when="\"return_code\" = 'SUCCESS' and \"result_code\" = 'SUCCESS'",
        record=_OPENID,
        stream="openids",
        ordered_at="\"time_end\" || '+0800'",
        status="case when \"trade_state\" = 'SUCCESS' then 'paid' when \"trade_state\" = 'REFUND' then 'refunded' "
        "when \"trade_state\" in ('NOTPAY', 'USERPAYING', 'ACCEPT') then 'pending' else 'cancelled' end",
        currency="coalesce(\"fee_type\", 'CNY')",
        amount='(try_cast("total_fee" as decimal(18, 2)) * 0.01)::decimal(18, 2)',
        payment_method="'wechat_pay'",
    ),
)

CONNECTOR = Connector("wechat", "social", (USERS, USERS_API, USER, VISITORS, *NAMED, PAYMENTS), about=__doc__)
