"""A person's file as a page to read and as JSON to take elsewhere.

In: a PersonFile. Out: one HTML file in Chinese and English that needs nothing from the network and runs nothing; one
JSON file with the same sections; both readable by their owner alone. Whatever stands in a value comes out escaped.
"""

import json
import os
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

from pipeline.explanation_page import POLICY, STYLE
from pipeline.markup import XHTML, add, write_markup
from pipeline.rights.person_file import PersonFile, Section

PAGE, DATA = "person.html", "person.json"
_TITLE = "Your data"
_TITLE_CHINESE = "您的个人信息"
_ABOUT = (
    "Everything this system holds about you, table by table, with the source each entry came from. Times are UTC. "
    "You may have it corrected at its source, erased here, or take the file beside this one (person.json) elsewhere."
)
_ABOUT_CHINESE = (
    "本系统所保存的您的全部信息及其来源，时间为协调世界时。"
    "您可要求更正、删除，或将同一目录下的 person.json 转移给他方。"
)
# Titles of columns in Chinese; a column without one shows its name alone.
_COLUMNS = {
    "full_name": "姓名", "given_name": "名", "family_name": "姓", "gender": "性别", "birth_date": "出生日期",
    "email": "邮箱", "phone": "电话", "country": "国家", "region": "省", "city": "城市", "district": "区县",
    "postcode": "邮编", "address": "地址", "street": "街道", "company": "公司", "language": "语言",
    "source": "来源", "stream": "数据流", "kind": "类型", "value": "值", "status": "状态", "channel": "渠道",
    "purpose": "目的", "amount": "金额", "currency": "币种", "order_number": "订单号", "ordered_at": "下单时间",
    "product": "商品", "quantity": "数量", "occurred_at": "发生时间", "name": "名称", "url": "网址", "ip": "IP 地址",
    "device": "设备", "browser": "浏览器", "os": "操作系统", "subject": "主题", "comment": "意见",
    "stated_at": "声明时间", "segment": "人群", "changed_on": "日期", "change": "变动", "extracted_at": "提供时间",
    "columns": "字段", "field": "字段", "record": "记录", "rule": "规则", "reason": "原因", "seen_first": "首次出现",
    "seen_last": "最后出现", "revoked_at": "撤回时间", "national_id": "证件号码", "source_record_id": "来源编号",
    "delivered_in": "文件", "delivered_on": "交付日期", "created_at": "创建时间", "updated_at": "更新时间",
    "answered_at": "回答时间", "payment_method": "支付方式", "probability": "可能性", "decided_at": "决定时间",
}  # fmt: skip
# A table with more columns than a page is wide is turned round: a line per column, an entry after the other.
_WIDEST = 9


class FolderExists(ValueError):
    """The folder holds a person's file already; the text says what to do."""


def write_person_file(file: PersonFile, folder: Path) -> tuple[Path, Path]:
    """Write page and data into the folder, which may not hold any yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    page, data = folder / PAGE, folder / DATA
    for path in (page, data):
        if path.exists():
            raise FolderExists(f"{path} exists: name another folder, so that no two people's data are mixed up")
    _write(page, person_page(file))
    _write(data, person_data(file))
    return page, data


def person_page(file: PersonFile) -> str:
    """The page as text."""
    page = Element("html", {"xmlns": XHTML, "lang": "en"})
    head = add(page, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", http_equiv="Content-Security-Policy", content=POLICY)
    add(head, "title", f"{_TITLE} · {_TITLE_CHINESE}")
    add(head, "style", STYLE)
    body = add(page, "body")
    add(body, "h1", f"{_TITLE} · {_TITLE_CHINESE}")
    add(body, "p", _ABOUT)
    add(body, "p", _ABOUT_CHINESE, lang="zh")
    add(body, "p", f"{file.made_at:%Y-%m-%d %H:%M} UTC", class_="faint")
    listed = add(body, "ul")
    for section in file.sections:
        line = add(listed, "li")
        add(line, "a", f"{section.title} · {section.chinese} ({len(section.rows):,})", href=f"#{section.name}")
    for section in file.sections:
        _add_section(body, section)
    return write_markup(page)


def person_data(file: PersonFile) -> str:
    """The same as JSON: a list of entries per section, columns by name, empty ones left out."""
    sections = {
        section.name: [
            {name: value for name, value in zip(section.columns, row, strict=True) if value is not None}
            for row in section.rows
        ]
        for section in file.sections
    }
    about = {"made_at": file.made_at, "records": file.subject.records, "times": "UTC"}
    return json.dumps({"about": about, **sections}, ensure_ascii=False, indent=1, default=_spell_value) + "\n"


def _add_section(body: Element, section: Section) -> None:
    add(body, "h2", f"{section.title} · {section.chinese}", id=section.name)
    if not section.rows:
        add(body, "p", "none · 无", class_="faint")
    elif len(section.columns) > _WIDEST:
        for row in section.rows:
            _add_entry(body, section.columns, row)
    else:
        _add_table(body, section)


def _add_entry(body: Element, columns: Sequence[str], row: Sequence[object]) -> None:
    table = add(add(body, "div", class_="scroll"), "table", class_="facts")
    for name, value in zip(columns, row, strict=True):
        if value is not None:
            line = add(table, "tr")
            add(line, "td", _heading(name))
            add(line, "td", _cell(value))


def _add_table(body: Element, section: Section) -> None:
    table = add(add(body, "div", class_="scroll"), "table")
    line = add(add(table, "thead"), "tr")
    for name in section.columns:
        add(line, "th", _heading(name), scope="col")
    filled = add(table, "tbody")
    for row in section.rows:
        line = add(filled, "tr")
        for value in row:
            add(line, "td", _cell(value))


def _heading(name: str) -> str:
    english = name.replace("_", " ")
    return f"{english} · {_COLUMNS[name]}" if name in _COLUMNS else english


def _cell(value: object) -> str:
    text = "" if value is None else str(_spell_value(value))
    # XML knows no control characters but these three; a value may hold any.
    return "".join(
        each if each in "\t\n\r" or (each >= " " and each not in "\ufffe\uffff") else "\ufffd" for each in text
    )


def _spell_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | int | float | list | dict) else str(value)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
