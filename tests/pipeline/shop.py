"""A small shop, drawn: three people, five records, what happened to them, and a `Work` over it."""

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.config import load_config
from pipeline.profile import profile
from pipeline.stage import Options, Work
from tests.warehouse.drawn import PROJECT, draw, own_records
from warehouse.tables import create_tables

NOW = datetime(2026, 3, 2, 8)


def open_shop(home: Path, *, as_of: date | None = None, profiled: bool = False) -> Work:
    """A stage's work over the drawn shop, with the project's own settings and `home` as data directory."""
    file = home / "warehouse.duckdb"
    file.write_bytes(_drawn_once(profiled))
    return _work(duckdb.connect(str(file)), home, as_of)


@cache
def _drawn_once(profiled: bool) -> bytes:
    with TemporaryDirectory() as directory:
        file = Path(directory) / "warehouse.duckdb"
        with duckdb.connect(str(file)) as con:
            create_tables(con)
            _draw_shop(con)
            if profiled:
                profile(_work(con, Path(directory), None))
        return file.read_bytes()


def _work(con: duckdb.DuckDBPyConnection, home: Path, as_of: date | None) -> Work:
    config = replace(load_config(PROJECT / "config" / "guiyi.toml"), home=home)
    return Work(con, config, "run-1", NOW, lambda text: None, Options(as_of=as_of))


def _draw_shop(con: duckdb.DuckDBPyConnection) -> None:
    draw(con, "standard.record", RECORDS)
    draw(con, "standard.identifier", IDENTIFIERS)
    draw(con, "standard.purchase", PURCHASES)
    draw(con, "standard.purchase_line", PURCHASE_LINES)
    draw(con, "standard.event", EVENTS)
    draw(con, "standard.interaction", INTERACTIONS)
    draw(con, "standard.feedback", FEEDBACK)
    draw(con, "standard.consent", CONSENTS)
    own_records(con, C1="r1 r2 r3", C2="r4", C3="r5")


RECORDS = """
    | record_id | source  | full_name | given_name | family_name | name_simplified | birth_date | email | phone          | city | created_at | updated_at |
    | r1        | zoho    | 王小明     | 小明       | 王          | 王小明           | 1990-06-01 | w@x.cn | +8613911112222 | 上海市 | 2024-01-05 | 2026-01-05 |
    | r2        | wechat  |           |            |             |                 |            |        |                |      | 2025-03-01 |            |
    | r3        | shopify | 王小明     | 小明       | 王          | 王小明           |            | w@x.cn |                |      | 2025-05-01 |            |
    | r4        | shopify | Ann Lee   | Ann        | Lee         |                 | 1985-01-01 | ann@x.com | +14155550100 |      | 2026-02-20 | 2026-02-20 |
    | r5        | zoho    | Bo Lee    | Bo         | Lee         |                 |            | bo@x.com |               |      | 2023-02-20 | 2025-02-20 |
"""
IDENTIFIERS = """
    | record_id | namespace      | issuer | value | seen_first | seen_last  |
    | r1        | email          |        | w@x.cn | 2024-01-05 | 2026-01-05 |
    | r3        | email          |        | w@x.cn | 2025-05-01 | 2025-05-01 |
    | r4        | phone          |        | +14155550100 | 2026-02-20 | 2026-02-20 |
    | r5        | email          |        | bo@x.com | 2023-02-20 | 2025-02-20 |
    | r2        | wechat_openid  | wechat | o1    | 2025-03-01 | 2026-02-28 |
    | r2        | wechat_unionid | open   | u1    | 2025-03-01 | 2026-02-28 |
    | r1        | anonymous_id   | shop   | a1    | 2026-01-05 | 2026-01-05 |
"""
PURCHASES = """
    | purchase_id | source  | record_id | ordered_at          | status   | currency | amount | refunded |
    | p1          | shopify | r3        | 2025-05-01 10:00:00 | paid     | CNY      | 500    |          |
    | p2          | shopify | r3        | 2025-11-01 10:00:00 | paid     | USD      | 100    | 50       |
    | p3          | shopify | r5        | 2025-02-01 10:00:00 | paid     | CNY      | 20     |          |
    | p4          | shopify | r5        | 2025-02-02 10:00:00 | refunded | CNY      | 20     |          |
    | p5          | shopify |           | 2025-02-02 10:00:00 | paid     | CNY      | 1      |          |
"""
PURCHASE_LINES = """
    | purchase_id | line_number | product | quantity | unit_price | amount |
    | p1          | 1           | 茶      | 2        | 250        | 500    |
"""
EVENTS = """
    | event_id | source  | event_type | event_name | occurred_at         | record_id | anonymous_namespace | anonymous_id | session_id |
    | e1       | segment | page       | Home       | 2026-01-01 10:00:00 |           | anonymous_id        | a1           | s1         |
    | e2       | segment | identify   | Login      | 2026-01-05 10:00:00 | r1        | anonymous_id        | a1           | s2         |
    | e3       | segment | page       | Home       | 2026-03-01 10:00:00 |           | anonymous_id        | zz           | s3         |
"""
INTERACTIONS = """
    | interaction_id | source  | kind   | record_id | occurred_at         | closed_at           | status |
    | i1             | zendesk | ticket | r5        | 2025-03-01 10:00:00 |                     | open   |
    | i2             | zendesk | ticket | r5        | 2025-02-01 10:00:00 | 2025-02-03 10:00:00 | closed |
"""
FEEDBACK = """
    | feedback_id | source | record_id | answered_at         | nps | csat |
    | f1          | survey | r1        | 2025-06-01 10:00:00 | 3   | 4    |
    | f2          | survey | r1        | 2025-12-01 10:00:00 | 9   | 5    |
"""
CONSENTS = """
    | record_id | source  | channel | status  | stated_at  |
    | r1        | zoho    | any     | granted | 2024-01-05 |
    | r4        | shopify | sms     | denied  | 2026-02-20 |
"""
