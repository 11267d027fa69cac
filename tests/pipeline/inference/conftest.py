"""Files as people hand them over: the same few customers, orders and events in every format."""

import csv
import io
import json
import random
from pathlib import Path

import pytest

SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "小明|建国|丽|秀英|伟|芳|敏|静|强|磊|军|洋|勇|艳"


def members(count: int = 40) -> list[dict[str, str]]:
    """Members of a Chinese club."""
    chance = random.Random(7)
    names = GIVEN.split("|")
    return [
        {
            "会员编号": f"M{1000 + i}",
            "姓名": chance.choice(SURNAMES) + names[i % len(names)],
            "性别": chance.choice("男女"),
            "手机号码": f"13{chance.randrange(10**9):09}",
            "邮箱": f"m{i}@qq.com" if i % 3 else "",
            "出生日期": f"{1960 + i}-0{1 + i % 9}-1{i % 9}",
            "省份": chance.choice(["广东省", "浙江省", "北京市"]),
            "收货地址": f"中山路{i}号",
            "注册时间": f"2025-03-{1 + i % 28:02} 10:{i:02}:00",
        }
        for i in range(count)
    ]


def orders(count: int = 30) -> list[dict[str, str]]:
    """Order lines of a shop, two to an order."""
    return [
        {
            "Order No": f"A{100 + i // 2}",
            "Customer ID": f"{7 + i // 6}",
            "Customer Name": ["Ann Lee", "Bob Ray", "Cy Day", "Dee Fox", "Eve Gray"][i // 6],
            "Email": f"buyer{i // 6}@example.org",
            "Order Date": f"{13 + i // 6}/03/2026",
            "Product": f"tea no. {i}",
            "Qty": str(1 + i % 3),
            "Unit Price": "£2.50",
            "Order Status": "Completed" if i % 10 else "Cancelled",
        }
        for i in range(count)
    ]


def events(count: int = 12) -> list[dict]:
    """Events of a website."""
    return [
        {
            "messageId": f"m{i}",
            "event": "page_view",
            "timestamp": f"2026-03-01T08:{i:02}:00Z",
            "anonymousId": f"cookie-{i // 2}",
            "userId": f"u{i // 4}" if i % 2 else None,
            "context": {"ip": f"1.2.3.{i}", "page": {"url": f"https://x.org/{i}"}, "userAgent": "Mozilla/5.0"},
        }
        for i in range(count)
    ]


def people() -> list[dict[str, str]]:
    """Western customers."""
    first = ["Ann", "Bob", "Cy", "Dee", "Eve", "Finn", "Gus", "Hal", "Ida", "Joe"]
    last = ["Lee", "Ray", "Day", "Fox", "Gray", "Hill", "Ives", "Jones", "King", "Long"]
    return [
        {
            "id": str(i),
            "First Name": first[i],
            "Last Name": last[i],
            "E-mail": f"{first[i].lower()}@{last[i].lower()}.org",
            "Phone": f"(415) 555-26{i}1",
            "Mailing City": "Reno",
            "Mailing State": "NV",
            "Mailing Zip": f"8950{i}",
            "DOB": f"0{1 + i % 9}/2{i % 8}/198{i}",
        }
        for i in range(10)
    ]


def table(rows: list[dict[str, str]], *, delimiter: str = ",", header: bool = True) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    if header:
        writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return out.getvalue()


def lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Write a file; returns its path."""
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GUIYI_INBOX", raising=False)

    def write(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return write
