"""Leads of Tencent Ads (腾讯广告), as pages of `leads_list/get` (Marketing API 3.0).

What it offers: people who left their name and number on an advertisement's form, called its number or opened a chat,
with the ad group and page it came from and what the sales staff noted (`leads_follow_tag`).
Pages: `page` with `page_size` up to 200; past 5,000 leads `last_search_after_values`, the time (in milliseconds) and id
of the last one. Every answer has a `code`, 0 for success. Key: `leads_id`. Watermark: `leads_create_time`, when the
lead entered the system, later than `leads_action_time`, when the person acted. What staff note later has no time of its
own: ask for the last weeks again; the delivery's day orders versions. Times are Beijing time: the source's zone says
so.
Ids: the phone and e-mail as typed, `wechat_account` (微信号) and `qq` as typed; none of Tencent's own ids is a
person's.
A number that staff marked as not the person's own (`…_INVALID_NOTSELF`) is somebody else's and left out.
Follows: Tencent Ads, "获取线索列表" and "新增线索" (names of fields, enums, paging; times as `yyyy-MM-dd HH:mm:ss`).
The page's example shows one object as `leads_info` where the SDKs have an array of leads: the array is read. Not
confirmed: how `leads_area` is written, and whether times of this answer are texts or milliseconds (both are read).
"""

from connectors.files.pages import Pages
from connectors.stream import Connector, Event, Identifier, Record, Stream

_KEY = '"leads_id"'
_OWN_NUMBER = "coalesce(\"leads_follow_tag\", '') not like '%INVALID_NOTSELF'"
_ACTED = '"leads_action_time"'

LEADS = Stream(
    name="leads",
    files="social/tencent_leads/leads-*.json*",
    format=Pages("$.data.leads_info", error_code="$.code"),
    record=Record(
        key=_KEY,
        created_at=_ACTED,
        full_name='"leads_name"',
        gender="lower(replace(\"leads_gender\", 'GENDER_TYPE_', ''))",
        emails=('"leads_email"',),
        phones=(f'case when {_OWN_NUMBER} then "leads_telephone" end',),
        address="concat_ws(' ', nullif(trim(\"leads_area\"), ''), nullif(trim(\"address\"), ''))",
        national_id='"id_number"',
    ),
    identifiers=(
        Identifier("wechat_account", '"leads_wechat"', record=_KEY, seen_at=_ACTED),
        Identifier("qq", '"leads_qq"', record=_KEY, seen_at=_ACTED),
    ),
    event=Event(
        id=_KEY,
        name="'lead'",
        occurred_at=_ACTED,
        record=_KEY,
        url='"page_url"',
        campaign='"adgroup_name"',
        properties="json_object('type', \"leads_type\", 'source', \"leads_source\", 'answers', \"bundle\")::varchar",
    ),
)

CONNECTOR = Connector("tencent_leads", "social", (LEADS,), about=__doc__)
