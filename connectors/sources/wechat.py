"""Followers of a WeChat official account, as pages of `user/info/batchget`.

What it offers: the full list at every delivery, no watermark. Since 2021-12 nickname, sex and city come back empty;
`openid`, `unionid` (sometimes with a leading space), `subscribe_time` and the staff's `remark` remain. The remark is
free text: a phone number in it is read as one, what is left as a name.
Namespaces: `wechat_openid` (per account), `wechat_unionid` (per open platform account).
Follows: WeChat official account documentation, user management.
"""

from connectors.files.pages import Pages
from connectors.stream import Connector, Consent, Identifier, Interaction, Record, Stream
from connectors.values import first_of, seconds, union_issuer

_MOBILE = "(?:[+]?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
_PHONE_IN_REMARK = f"nullif(regexp_extract(\"remark\", '{_MOBILE}'), '')"
# What is left of a remark such as 王小明 13812345678 or 李女士-会员, up to the first separator.
_WITHOUT_NUMBERS = "regexp_replace(\"remark\", '[+]?[0-9 -]{7,}', '')"
_NAME_IN_REMARK = f"nullif(trim(regexp_extract({_WITHOUT_NUMBERS}, '^[\\s]*([^-_/|,，;；:：(（\\d]+)', 1)), '')"
_FOLLOWS = "coalesce(\"subscribe\", '1') <> '0'"

USERS = Stream(
    name="users",
    files="social/wechat/users-*.json*",
    format=Pages("$.user_info_list", error_code="$.errcode"),
    record=Record(
        key='trim("openid")',
        created_at=seconds("subscribe_time"),
        full_name=first_of('"nickname"', _NAME_IN_REMARK),
        gender=seconds("sex"),
        phones=(_PHONE_IN_REMARK,),
        city='"city"',
        region='"province"',
        country='"country"',
        language='"language"',
    ),
    identifiers=(
        Identifier("wechat_openid", '"openid"', record='trim("openid")', issuer="{source}"),
        Identifier("wechat_unionid", '"unionid"', record='trim("openid")', issuer=union_issuer('"unionid"')),
    ),
    interaction=Interaction(
        key='trim("openid")',
        kind="'subscribe'",
        when=f"{_FOLLOWS} and {seconds('subscribe_time')} is not null",
        occurred_at=seconds("subscribe_time"),
        record='trim("openid")',
        channel="'wechat'",
        subject='"subscribe_scene"',
    ),
    consents=(
        # Following an account is the consent to its messages; leaving it is the refusal.
        Consent(
            record='trim("openid")',
            channel="'wechat'",
            value="case when \"subscribe\" = '0' then 'no' else 'yes' end",
        ),
    ),
)

CONNECTOR = Connector("wechat", "social", (USERS,), about=__doc__)
