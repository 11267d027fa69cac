"""Fxiaoke 纷享销客: query pages of AccountObj, every one an HTTP 200 whose errorCode tells whether it worked.

Person accounts; epoch milliseconds (dates as midnight in Beijing); owners as lists of FSUID; the tenant's custom fields
are field_birth__c, field_gender__c, field_optin__c (may we send marketing) and company_name__c.
"""

import duckdb
import numpy as np

from pipeline.demo.deliveries import Parcel, Run, write_parcel
from pipeline.demo.files import Query, write_pages

_REFUSED = (
    b'{"errorCode":14001,"errorMessage":"frequency limit exceeded","errorDescription":"100 calls in 20 s","data":null}'
)
_ACCOUNTS = """
select moment, '{"_id":"' || key || '"' || pair('name', coalesce(name_full, '未命名客户'))
    || pair('account_no', 'KH' || right(key, 8)) || pair('account_type', '1') || pair('record_type', 'person__c')
    || pair('tel', phone) || pair('email', mail)
    || raw_pair('field_birth__c', (epoch(birth_date)::bigint - 28800) * 1000)
    || pair('field_gender__c', case sex when 'f' then '女' when 'm' then '男' end)
    || pair('field_optin__c', if(s_remark < 0.15, '否', if(s_remark < 0.7, '是', null)))
    || pair('country', if(holds_city, if(home_country = 'CN', '中国', home_country), null))
    || pair('province', if(holds_city, region, null)) || pair('city', if(holds_city, city, null))
    || pair('district', if(holds_city, district, null))
    || pair('address', case when not holds_address then null
            when s_order < 0.5 and hanzi_address then region || city || coalesce(district, '') || line_one
            else concat_ws(' ', line_one, line_two) end)
    || pair('company_name__c', company)
    || ',"owner":["FSUID_' || upper(left(md5(person::varchar), 8)) || '"],"life_status":"normal","lock_status":"0"'
    || ',"create_time":' || created * 1000 || ',"last_modified_time":' || moment * 1000 || '}' as line
from latest where source = 'fxiaoke' and stream = 'accounts'
order by moment, key
"""


def export_fxiaoke(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the pages of every day, and one page that is an error in the dress of a success."""
    write_pages(con, run, "crm/fxiaoke/accounts-{}.json", Query(_ACCOUNTS), _wrap)
    day = run.period.day_name(run.period.days // 2)
    write_parcel(run, "crm/fxiaoke/accounts-{}-900.json", Parcel(day, np.array([], dtype=np.int64)), _REFUSED)


def _wrap(elements: str, number: int, following: int) -> str:
    offset = (number - 1) * 100
    data = f'{{"dataList":[{elements}],"total":0,"offset":{offset},"limit":100}}'
    return f'{{"errorCode":0,"errorMessage":"OK","traceId":"E-O.demo.{offset}","data":{data}}}'
