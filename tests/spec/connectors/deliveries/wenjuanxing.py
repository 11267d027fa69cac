"""问卷星: a CSV in GB18030, times in Beijing with or without leading zeros, two surveys that both count from 1, a score
with words, and a workbook whose time is a date cell."""

import io
from datetime import datetime

import xlsxwriter

from tests.spec.connectors.deliveries.writing import table

_META = {"所用时间": "10秒", "来源": "微信", "来源详情": "N/A", "来自IP": "127.0.0.1(本地)"}
_NPS, _CSAT, _WORDS = "3、您有多大可能把我们推荐给朋友？", "4、您对最近一次购物满意吗？", "5、您还有什么想告诉我们的？"


def _answer(number: object, at: object, name: str, phone: str, nps: str, csat: str, words: str) -> dict:
    return {
        **{"序号": number, "提交答卷时间": at, **_META, "1、您的姓名": name, "2、您的手机号码": phone},
        **{_NPS: nps, _CSAT: csat, _WORDS: words},
    }


def _workbook(row: dict) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, list(row))
        sheet.write_row(1, 0, list(row.values()))
        sheet.write_datetime(1, 1, row["提交答卷时间"], book.add_format({"num_format": "yyyy/m/d h:mm:ss"}))
    return out.getvalue()


SETTINGS = {"country": "CN", "zone": "Asia/Shanghai"}
FILES = {
    "feedback/wenjuanxing/满意度_2026-03-18.csv": table(
        _answer("1", "2026/3/4 9:05:00", "王小明", "138 1234 5678", "9", "5", "很好，谢谢"),
        _answer("2", "2026/3/4 23:59:59", "", "", "10（非常可能）", "非常满意", ""),
        encoding="gb18030",
    ),
    "feedback/wenjuanxing/新品_2026-03-19.xlsx": _workbook(
        _answer(1, datetime(2026, 3, 5, 9, 5), "李娜", "13912345678", "7", "4", "")
    ),
}
ROWS = {
    "record": """
        | stream  | key                   | full_name | phone          | updated_at          |
        | answers | 1 2026-03-05 09:05:00 | 李娜       | +8613912345678 | 2026-03-05 01:05:00 |
        | answers | 1 2026-03-04 09:05:00 | 王小明     | +8613812345678 | 2026-03-04 01:05:00 |
        | answers | 2 2026-03-04 23:59:59 |           |                | 2026-03-04 15:59:59 |
    """,
    "identifier": """
        | key                   | namespace | value          |
        | 1 2026-03-05 09:05:00 | phone     | +8613912345678 |
        | 1 2026-03-04 09:05:00 | phone     | +8613812345678 |
    """,
    "feedback": """
        | key                   | answered_at         | nps | csat | comment   |
        | 1 2026-03-05 09:05:00 | 2026-03-05 01:05:00 | 7   | 4    |           |
        | 1 2026-03-04 09:05:00 | 2026-03-04 01:05:00 | 9   | 5    | 很好,谢谢 |
        | 2 2026-03-04 23:59:59 | 2026-03-04 15:59:59 | 10  |      |            |
    """,
    "unparsed": """
        | source_key            | field | raw_value | reason                  |
        | 2 2026-03-04 23:59:59 | csat  | 非常满意   | not a score from 1 to 5 |
    """,
}
