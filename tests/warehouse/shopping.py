"""A few hundred people who buy, with everything that makes counting hard, and the same sales counted in plain Python.

Ties on a day, orders given back in part, in full and beyond, other currencies and one without a rate, free orders,
orders of nobody, after the day and without a date, people who never buy and people nobody has dated.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import numpy as np
import pandas as pd

from tests.warehouse.drawn import derive, settings, warehouse

AS_OF = date(2026, 2, 17)
PEOPLE = 260
TABLES = (
    "customer.candidate", "customer.provenance", "customer.customer", "customer.purchase", "customer.purchase_day",
    "customer.interaction", "customer.feedback", "mart.feedback",
)  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """What counts of an order: its day, and its amount in the base currency where there is a rate."""

    day: date
    net: Decimal | None


def draw_shopping(seed: int = 11, people: int = PEOPLE) -> duckdb.DuckDBPyConnection:
    """A warehouse with the orders, tickets and answers of `people`, and what the marts are derived from."""
    chance = np.random.default_rng(seed)
    con = warehouse()
    insert_rows(con, "standard.record", [_record(chance, person) for person in range(people)])
    con.execute(
        "insert into identity.record_customer select record_id, 'C' || record_id[2:], source, stream, record_id from standard.record"
    )
    orders = [order for person in range(people) for order in _orders(chance, person)]
    insert_rows(
        con,
        "standard.purchase",
        [{"purchase_id": f"p{n:05}", "order_number": str(n), **each} for n, each in enumerate(orders)],
    )
    insert_rows(con, "standard.interaction", [_ticket(chance, n, people) for n in range(people // 2)])
    insert_rows(con, "standard.feedback", [_answer(chance, n, people) for n in range(people)])
    derive(con, *TABLES, as_of=AS_OF)
    return con


def count_sales(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[str, list[Sale]]:
    """The sales of each buyer up to the day, oldest first, from the orders themselves."""
    rates = {currency: Decimal(str(rate)) for currency, rate in settings().rates.items()}
    sales = defaultdict(list)
    for record, at, status, currency, amount, refunded in con.execute(
        "select record_id, ordered_at, status, currency, amount, refunded from standard.purchase order by ordered_at"
    ).fetchall():
        back = refunded if refunded is not None else amount if status == "refunded" else Decimal(0)
        counts = (status == "paid" and back <= 0) or (status in ("paid", "refunded") and amount - back > 0)
        if record and at and at.date() <= as_of and counts:
            rate = rates.get(currency)
            net = None if rate is None else ((amount - back) * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
            sales[f"C{record[1:]}"].append(Sale(at.date(), net))
    return dict(sales)


def by_day(sales: list[Sale]) -> dict[date, Decimal | None]:
    """What was spent on each day with a sale; None where no sale of the day has a rate."""
    days: dict[date, Decimal | None] = {}
    for sale in sales:
        spent = days.get(sale.day)
        days[sale.day] = spent if sale.net is None else (spent or Decimal(0)) + sale.net
    return days


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    """Insert rows at once; values are cast to the table's types."""
    common = {"source": "shopify", "stream": "s", "_batch_id": "b1", "_line": 1}
    frame = pd.DataFrame([{**common, **row} for row in rows], dtype=object)
    con.register("rows", frame)
    known = {row[0]: row[1] for row in con.execute(f"describe {table}").fetchall()}
    columns = [name for name in frame.columns if name in known]
    casts = ", ".join(f"{name}::varchar::{known[name]} as {name}" for name in columns)
    con.execute(f"insert into {table} by name select {casts} from rows")
    con.unregister("rows")


def _record(chance: np.random.Generator, person: int) -> dict[str, object]:
    seen = None if person % 17 == 0 else AS_OF - timedelta(int(chance.integers(-5, 700)))
    return {"record_id": f"r{person:03}", "source_record_id": f"r{person:03}", "created_at": seen}


def _orders(chance: np.random.Generator, person: int) -> list[dict[str, object]]:
    """At a rate of the person's own, until the person has had enough."""
    orders = []
    rate, leaving, worth = chance.gamma(0.8, 1 / 45), chance.beta(0.7, 3.0), 40 * chance.gamma(3.0)
    at = datetime(AS_OF.year, AS_OF.month, AS_OF.day) - timedelta(float(chance.uniform(-3, 640)))
    if person % 6 == 0:
        return []
    while at.date() <= AS_OF + timedelta(40):
        orders.append(_order(chance, person, at, worth))
        # A quarter of the orders have a second one of the same day, a few of these in the same second.
        if chance.random() < 0.25:
            orders.append(
                _order(chance, person, at if chance.random() < 0.3 else at.replace(hour=23, minute=59), worth)
            )
        if chance.random() < leaving:
            break
        at += timedelta(float(chance.exponential(1 / rate)) + 0.01) if rate > 0.002 else timedelta(900)
    return orders


def _order(chance: np.random.Generator, person: int, at: datetime, worth: float) -> dict[str, object]:
    status = str(chance.choice(["paid", "pending", "cancelled", "refunded"], p=[0.86, 0.05, 0.05, 0.04]))
    amount = Decimal(str(round(worth * chance.gamma(6.0) / 6, 2))) if chance.random() > 0.03 else Decimal("0.00")
    share = chance.choice([None, "0", "0.3", "1", "1.5"], p=[0.8, 0.1, 0.06, 0.03, 0.01])
    return {
        "record_id": None if chance.random() < 0.02 else f"r{person:03}",
        "ordered_at": None if chance.random() < 0.01 else at,
        "status": status,
        "currency": str(chance.choice(["CNY", "USD", "JPY", "XXX"], p=[0.8, 0.1, 0.05, 0.05])),
        "amount": amount,
        "refunded": None if share is None else (amount * Decimal(str(share))).quantize(Decimal("0.01")),
    }


def _ticket(chance: np.random.Generator, number: int, people: int) -> dict[str, object]:
    at = AS_OF - timedelta(int(chance.integers(-5, 300)))
    status = str(chance.choice(["open", "closed", "solved"]))
    closed = at + timedelta(int(chance.integers(0, 40))) if status != "open" and chance.random() < 0.8 else None
    return {
        "interaction_id": f"i{number}", "kind": str(chance.choice(["ticket", "chat"], p=[0.8, 0.2])), "status": status,
        "subject": str(chance.choice(["Where is it?", "BROKEN cup", "要投诉"])),
        "record_id": f"r{int(chance.integers(0, people)):03}", "occurred_at": at, "closed_at": closed,
    }  # fmt: skip


def _answer(chance: np.random.Generator, number: int, people: int) -> dict[str, object]:
    return {
        "feedback_id": f"f{number}",
        "record_id": f"r{int(chance.integers(0, people)):03}",
        "answered_at": AS_OF - timedelta(int(chance.integers(-5, 400))),
        "nps": None if chance.random() < 0.3 else int(chance.integers(0, 11)),
        "csat": None if chance.random() < 0.5 else int(chance.integers(1, 6)),
    }
