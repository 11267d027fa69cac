"""Survey answers as 问卷星 (Wenjuanxing, wjx.cn) exports them: a CSV or a workbook with one header row.

What it offers: one row per answer with 序号 (a number within the survey), 提交答卷时间, 所用时间 (10秒), 来源 and
来源详情 (the link or app it came by), 来自IP with the place in brackets (127.0.0.1(本地)), then the questions, each
column called by its number and text. Key: 序号 with the time, because every survey counts from 1. Times are Beijing
time and have no offset. The place belongs to the network, not to the person, so nothing is made of it.
A CSV may be GB18030 or UTF-8: found out from the bytes. The columns for name, phone and scores are the survey's own:
change them here.
Follows: header rows of real exports. Unconfirmed: how a workbook writes the time.
"""

from dataclasses import replace

from connectors.files.delimited import Delimited
from connectors.files.workbook import Workbook
from connectors.stream import Connector, Feedback, Record, Stream

_AT = '"提交答卷时间"'
# A workbook's date cell and a CSV's text are one time.
_WRITTEN = "['%Y/%m/%d %H:%M:%S', '%Y-%m-%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y-%m-%d %H:%M']"
_SAME_AT = f"coalesce(strftime(try_strptime({_AT}, {_WRITTEN}), '%Y-%m-%d %H:%M:%S'), {_AT})"
_KEY = f"concat_ws(' ', \"序号\", {_SAME_AT})"
_IS_ANSWER = '"序号" is not null'

ANSWERS = Stream(
    name="answers",
    files="feedback/wenjuanxing/*.csv*",
    format=Delimited(encoding="auto"),
    record=Record(
        key=_KEY,
        stream="answers",
        when=_IS_ANSWER,
        updated_at=_AT,
        full_name='"1、您的姓名"',
        phones=('"2、您的手机号码"',),
    ),
    feedback=Feedback(
        key=_KEY,
        when=_IS_ANSWER,
        record=_KEY,
        stream="answers",
        answered_at=_AT,
        nps='"3、您有多大可能把我们推荐给朋友？"',
        csat='"4、您对最近一次购物满意吗？"',
        comment='"5、您还有什么想告诉我们的？"',
    ),
)

WORKBOOK = replace(ANSWERS, name="workbook_answers", files="feedback/wenjuanxing/*.xlsx", format=Workbook())

CONNECTOR = Connector("wenjuanxing", "feedback", (ANSWERS, WORKBOOK), about=__doc__)
