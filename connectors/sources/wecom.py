"""External contacts of WeCom (企业微信), as pages of `externalcontact/batch/get_by_user`.

What it offers: per colleague and contact the public name, the colleague's remark, company and mobiles. One
`external_userid` appears once per colleague who added it. Field names differ by endpoint (`remark_company` or
`remark_corp_name`; `remark_mobiles` as numbers or strings). `unionid` differs by the open platform account that
gave it out.
Follows: WeCom documentation, 客户联系.
"""

from connectors.files.pages import Pages
from connectors.stream import Connector, Identifier, Interaction, Record, Stream
from connectors.values import first_of, inside, union_issuer

_KEY = inside("external_contact", "external_userid")
_STAFF = first_of(inside("follow_info", "userid"), inside("follow_info", "oper_userid"))
_ADDED = inside("follow_info", "createtime")

CONTACTS = Stream(
    name="contacts",
    files="social/wecom/contacts-*.json*",
    format=Pages("$.external_contact_list", error_code="$.errcode"),
    record=Record(
        key=_KEY,
        created_at=_ADDED,
        # The remark is what a colleague believes the person is called; the public name is often a nickname.
        full_name=first_of(inside("follow_info", "remark"), inside("external_contact", "name")),
        gender=f"nullif({inside('external_contact', 'gender')}, '0')",
        phones=(inside("follow_info", "remark_mobiles[0]"), inside("follow_info", "remark_mobiles[1]")),
        company=first_of(
            inside("follow_info", "remark_corp_name"),
            inside("follow_info", "remark_company"),
            inside("external_contact", "corp_full_name"),
            inside("external_contact", "corp_name"),
        ),
    ),
    identifiers=(
        Identifier("wecom_external_userid", _KEY, record=_KEY, issuer="{source}"),
        Identifier(
            "wechat_unionid",
            inside("external_contact", "unionid"),
            record=_KEY,
            issuer=union_issuer(inside("external_contact", "unionid")),
        ),
    ),
    interaction=Interaction(
        key=f"concat_ws(':', {_KEY}, {_STAFF})",
        kind="'follow'",
        occurred_at=_ADDED,
        record=_KEY,
        channel="'wechat'",
        staff=_STAFF,
    ),
)

CONNECTOR = Connector("wecom", "social", (CONTACTS,), about=__doc__)
