"""External contacts of WeCom (企业微信), as the answers of its customer contact API are saved.

What it offers: per colleague and contact the public name, the colleague's remark, company and mobiles, from
`externalcontact/batch/get_by_user` (contacts-*.json) or, contact by contact, `externalcontact/get` (contact-*.json):
deliver one of the two, or every follow counts twice. Other answers only name contacts: lists of their ids, those whose
colleague has left, results of group messages, members of group chats (type 2; type 1 are colleagues). A contact that
is only named makes a record of stream named. One `external_userid` appears once per colleague who added it. Fields have
other names at other endpoints (`remark_company` or `remark_corp_name`; `remark_mobiles` as numbers or strings).
`unionid` differs by the open platform account that gave it out. No watermark. Whom a group message did not reach
(`fail_list`) stays raw: such ids may be nobody's.
The API is pulled into `contacts_api`: the records of contacts-*.json with `pulled_at`, when the pull began. Of several
colleagues' remarks the one of whoever added the contact last counts. Pull or deliver, or every follow counts twice.
Follows: WeCom documentation, 客户联系; connectors/api/wecom.py for the API itself.
"""

from dataclasses import replace

from connectors.api.system import Pull
from connectors.api.wecom import API, read_contacts
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Identifier, Interaction, Record, Stream
from connectors.values import first_of, inside, seconds, union_issuer

_FOLDER = "social/wecom/"
_CODE = "$.errcode"
_KEY = inside("external_contact", "external_userid")


def _identifiers(key: str, unionid: str, stream: str, when: str = "true") -> tuple[Identifier, ...]:
    """The contact's id and unionid, on a record of `stream`."""
    return (
        Identifier("wecom_external_userid", key, record=key, stream=stream, issuer="{source}", when=when),
        Identifier("wechat_unionid", unionid, record=key, stream=stream, issuer=union_issuer(unionid), when=when),
    )


def _told(name: str, files: str, shape: Pages, follow: dict[str, str], updated_at: str | None = None) -> Stream:
    """A stream that tells of a contact and a colleague who follows it; `follow` names the fields of the colleague's
    side."""
    return Stream(
        name=name,
        files=f"{_FOLDER}{files}-*.json*",
        format=shape,
        record=Record(
            key=_KEY,
            stream="contacts",
            updated_at=updated_at,
            created_at=follow["createtime"],
            # The remark is what a colleague believes the person is called; the public name is often a nickname.
            full_name=first_of(follow["remark"], inside("external_contact", "name")),
            gender=f"nullif({inside('external_contact', 'gender')}, '0')",
            phones=(follow["mobile_1"], follow["mobile_2"]),
            company=first_of(
                follow["remark_corp_name"],
                follow["remark_company"],
                inside("external_contact", "corp_full_name"),
                inside("external_contact", "corp_name"),
            ),
        ),
        identifiers=_identifiers(_KEY, inside("external_contact", "unionid"), "contacts"),
        interaction=Interaction(
            key=f"concat_ws(':', {_KEY}, {follow['staff']})",
            own_stream="contacts",
            kind="'follow'",
            occurred_at=follow["createtime"],
            record=_KEY,
            stream="contacts",
            channel="'wechat'",
            staff=follow["staff"],
        ),
    )


_FIELDS = ("createtime", "remark", "remark_corp_name", "remark_company")

_FOLLOW = {
    **{name: inside("follow_info", name) for name in _FIELDS},
    "mobile_1": inside("follow_info", "remark_mobiles[0]"),
    "mobile_2": inside("follow_info", "remark_mobiles[1]"),
    "staff": first_of(inside("follow_info", "userid"), inside("follow_info", "oper_userid")),
}
_LIST = Pages("$.external_contact_list", _CODE)

CONTACTS = _told("contacts", "contacts", _LIST, _FOLLOW)

# All rows of a pull are of one time: a fraction of a second, larger the later the follow, puts them in order.
_FOLLOWED = "greatest(try_cast({} as bigint) - 1000000000, 0) // 1000".format(_FOLLOW["createtime"])

CONTACTS_API = replace(
    _told("contacts_api", "contacts", _LIST, _FOLLOW, f"printf('%s.%06d', \"pulled_at\", coalesce({_FOLLOWED}, 0))"),
    files="api/{source}/contacts_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, read_contacts),
)

CONTACT = _told(
    "contact",
    "contact",
    Pages("$.follow_user", _CODE, beside=("external_contact",)),
    {
        **{name: f'"{name}"' for name in _FIELDS},
        "mobile_1": "try(json_extract_string(\"remark_mobiles\", '$[0]'))",
        "mobile_2": "try(json_extract_string(\"remark_mobiles\", '$[1]'))",
        "staff": '"userid"',
    },
)


def _named(name: str, files: str, shape: Pages, interaction: Interaction | None = None) -> Stream:
    """A stream whose rows name a contact's id and say nothing else about the person."""
    return Stream(
        name=name,
        files=f"{_FOLDER}{files}-*.json*",
        format=shape,
        record=Record(key='"external_userid"', stream="named"),
        identifiers=_identifiers('"external_userid"', '"unionid"', "named"),
        interaction=interaction,
    )


def _contacted(kind: str, staff: str, at: str, status: str | None = None) -> Interaction:
    return Interaction(
        key=f'concat_ws(\':\', "external_userid", {staff}, "{at}")',
        # Without a time it has not happened, as a group message that nobody has sent yet.
        when=f"{seconds(at)} is not null",
        kind=kind,
        occurred_at=seconds(at),
        record='"external_userid"',
        stream="named",
        channel="'wechat'",
        status=status,
        staff=staff,
    )


_IS_CONTACT = "\"type\" = '2'"

MEMBERS = Stream(
    name="group_members",
    files=f"{_FOLDER}group_members-*.json*",
    format=Pages(
        "$.group_chat.member_list",
        _CODE,
        beside=("group_chat.chat_id", "group_chat.name", "group_chat.owner"),
    ),
    record=Record(key='"userid"', stream="named", when=_IS_CONTACT),
    identifiers=_identifiers('"userid"', '"unionid"', "named", _IS_CONTACT),
    interaction=Interaction(
        key='concat_ws(\':\', "group_chat.chat_id", "userid")',
        when=_IS_CONTACT,
        kind="'group_chat'",
        occurred_at=seconds("join_time"),
        record='"userid"',
        stream="named",
        channel="'wechat'",
        subject='"group_chat.name"',
        staff='"group_chat.owner"',
    ),
)

NAMED = (
    _named("contact_ids", "contact_ids", Pages("$.external_userid", _CODE, value="external_userid")),
    _named(
        "unassigned",
        "unassigned",
        Pages("$.info", _CODE),
        _contacted("'handover'", '"handover_userid"', "dimission_time"),
    ),
    _named(
        "group_messages",
        "group_messages",
        Pages("$.detail_list", _CODE),
        _contacted("'group_message'", '"userid"', "send_time", '"status"'),
    ),
)

UNDELIVERED = Stream(
    name="undelivered",
    files=f"{_FOLDER}undelivered-*.json*",
    format=Pages("$.fail_list", _CODE, value="external_userid", beside=("msgid",)),
)

CONNECTOR = Connector("wecom", "social", (CONTACTS, CONTACTS_API, CONTACT, *NAMED, MEMBERS, UNDELIVERED), about=__doc__)
