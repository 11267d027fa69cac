"""WeCom 企业微信: externalcontact/batch/get_by_user pages.

The contact's own name is a nickname as often as not; what staff know is in follow_info: remark, remark_mobiles. The
unionid is that of the company's open platform account (first six characters o6_bmj, as in WeChat), or of another one
(ozynqs) when the contact came through a partner: the same person, another value.
"""

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_pages
from pipeline.demo.vocabulary import load_vocabulary

_CONTACTS = """
with contact as (
    select *, pick($nicks, person) as nick, to_json(pick($staff, person))::varchar as colleague
    from latest where source = 'wecom'
)
select moment, '{"external_contact":{"external_userid":"' || key || '"'
    || pair('name', case when s_order < 0.35 or name_full is null then nick
                         when s_order < 0.5 then coalesce(name_given, nick) else name_full end)
    || ',"type":1,"avatar":"","gender":' || case sex when 'm' then '1' when 'f' then '2' else '0' end
    || pair('corp_name', company)
    || pair('unionid', case when s_code < p_unionid_other() then unionid_other when s_code < 0.93 then unionid end)
    || '},"follow_info":{"userid":' || colleague || ',"remark":' || to_json(coalesce(name_full, ''))::varchar
    || ',"description":"","createtime":' || created || ',"tag_id":[]' || pair('remark_corp_name', company)
    || ',"remark_mobiles":[' || coalesce('"' || phone || '"', '') || '],"oper_userid":' || colleague
    || ',"add_way":' || (1 + floor(s_remark * 4))::int || '}}' as line
from contact order by moment, key
"""


def export_wecom(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the pages of every day."""
    words = load_vocabulary().words
    values = {"nicks": words["nicknames_wechat"].tolist(), "staff": words["staff"].tolist()}
    write_pages(con, run, "social/wecom/contacts-{}.json", Query(_CONTACTS, values), _wrap)


def _wrap(elements: str, number: int, following: int) -> str:
    cursor = f"demo_cursor_{number}" if following else ""
    return f'{{"errcode":0,"errmsg":"ok","external_contact_list":[{elements}],"next_cursor":"{cursor}"}}'
