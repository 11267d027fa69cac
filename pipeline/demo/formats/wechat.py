"""WeChat official account: user/info/batchget pages, the full list at every delivery.

Since 2021-12 nickname, sex and city come back empty; what remains is openid, unionid, when and how the person
subscribed, and the remark that staff typed. Some unionids carry the leading blank of the documented sample. There is no
modification time: a delivery shows the list as of its day. Unionids of one open platform account share their first six
characters (here o6_bmj).
"""

import duckdb
import numpy as np

from pipeline.demo.deliveries import Parcel, Run, find_days
from pipeline.demo.draws import open_stream
from pipeline.demo.files import write_parcel_pages

_USERS = """
select moment, key,
    '{"subscribe":' || if(s_code < 0.97, '1', '0') || ',"openid":"' || key || '"'
    || if(s_code < 0.97, ',"nickname":"","sex":0,"language":"' || if(culture = 'overseas' and s_order < 0.5, 'zh_TW',
        'zh_CN')
          || '","city":"","province":"","country":"","headimgurl":"","subscribe_time":' || created, '')
    || if(s_phone < 0.97, ',"unionid":"' || if(s_mail < 0.05, ' ', '') || unionid || '"', '')
    || if(s_code < 0.97, ',"remark":' || to_json(coalesce(name_full || coalesce(if(s_order < 0.5, ' ', '') || phone,
        ''), ''))::varchar
          || ',"groupid":0,"tagid_list":[' || if(s_remark < 0.3, '2', '') || '],"subscribe_scene":"'
          || if(s_remark < 0.5, 'ADD_SCENE_QR_CODE', 'ADD_SCENE_SEARCH') || '","qr_scene":0,"qr_scene_str":""', '')
          || '}' as line
from profile where source = 'wechat' and stream = 'users'
order by key, moment
"""


def export_wechat(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the whole list on the first day, every fifth day after it, and the last."""
    table = con.execute(_USERS).to_arrow_table()
    day = find_days(table.column("moment").to_numpy(), run.period)
    key, lines = table.column("key").to_numpy(), table.column("line").to_numpy()
    rng = open_stream(run.seed, "faults wechat")
    last = run.period.days - 1
    for number in sorted({*range(0, last, 5), last}):
        known = np.flatnonzero(day <= number)
        newest = known[np.append(key[known][1:] != key[known][:-1], True)] if len(known) else known
        parcel = Parcel(
            run.period.day_name(number), newest, f"{run.period.day_name(number)}-copy" if number == last else None
        )
        write_parcel_pages(run, "social/wechat/users-{}.json", parcel, lines, rng, _wrap)


def _wrap(elements: str, number: int, following: int) -> str:
    return f'{{"user_info_list":[{elements}]}}'
