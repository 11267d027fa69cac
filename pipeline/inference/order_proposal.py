"""The part of a stream that makes purchases and their lines.

In: roles and the sample. Out: tables as connectors/declared.py takes them, and remarks. Whether an order has several
rows, whether the amount is a row's or the order's, and whether a letter marks cancellations is asked of the rows.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.inference.column_roles import Roles
from pipeline.inference.record_proposal import RecordProposal, id_of, plain
from pipeline.inference.sample import Column

STREAM = "customers"
# status → words it is told by, in the order they are looked for ("unpaid" holds "paid").
STATUS_WORDS = {
    "cancelled": "cancel|void|fail|关闭|取消|作废|失败",
    "refunded": "refund|returned|chargeback|退款|退货",
    "pending": "pending|unpaid|authorized|await|open|processing|hold|待付|待支付|未付|未支付|等待买家付款|处理中",
    "paid": "paid|complete|success|shipped|delivered|fulfil|sent|done|settled|成功|完成|已付|已支付|发货|签收|收货",
}
_MOSTLY = 0.95


@dataclass(frozen=True)
class OrderProposal:
    """Tables of a purchase and its lines."""

    purchase: dict[str, Any]
    line: dict[str, Any] | None
    remarks: tuple[str, ...]


def ordered_at(roles: Roles) -> Column | None:
    """When an order was placed, by the best of the times there are."""
    times = ("ordered_at", "moment", "created_at", "occurred_at", "updated_at")
    return next((column for name in times if (column := roles.get(name))), None)


def propose_order(con: duckdb.DuckDBPyConnection, roles: Roles, customer: RecordProposal | None) -> OrderProposal:
    """Orders of one row or several."""
    number, at = roles.get("order_key") or roles.get("record_key"), ordered_at(roles)
    assert at is not None
    remarks: list[str] = []
    if number:
        key = id_of(number)
    else:
        key, remark = _made_key(customer, at)
        remarks.append(remark)
    several = bool(number and number.repeated > 0)
    amount = roles.get("amount")
    has_total = amount is not None and (not several or _is_total(con, key, amount))
    purchase: dict[str, Any] = {"key": key, "ordered_at": plain(at)}
    if customer:
        purchase |= {"record": customer.key, "stream": STREAM}
    if amount and has_total:
        purchase["amount"] = plain(amount)
    purchase |= {name: plain(column) for name in _MONEY if (column := roles.get(name))}
    status, said = _status(con, roles, number)
    purchase |= {"status": status} if status else {}
    remarks += said
    line = _line(roles, key, amount=None if has_total and several else amount)
    if line is None and (column := roles.get("quantity")):
        purchase["item_count"] = f"try_cast({plain(column)} as double)::bigint"
    if several and amount:
        remarks.append(f"{amount.label} is the amount of {'the whole order' if has_total else 'a line'}")
    return OrderProposal(purchase, line, tuple(remarks))


_MONEY = ("discount", "shipping", "refunded", "currency", "payment_method")


def _made_key(customer: RecordProposal | None, at: Column) -> tuple[str, str]:
    """Rows without a number: a customer's first, second, … of a moment. A row of nobody is known by its line."""
    if customer is None:
        return "_batch_id || ':' || _line", "orders have no number and no customer: the line in its delivery is the key"
    day = plain(at)
    number = f"row_number() over (partition by _batch_id, {customer.key}, {day} order by _line)"
    return (
        f"concat_ws('-', {customer.key}, {day}, {number})",
        "orders have no number: customer, time and their order in the file are the key",
    )


def _is_total(con: duckdb.DuckDBPyConnection, key: str, amount: Column) -> bool:
    """True when the rows of an order repeat one amount, or only its first row has it."""
    row = con.execute(
        f"""
        with told as (
            select count(distinct amount) as amounts, count(amount) as filled, count(*) as rows
            from (select ({key}) as number, ({plain(amount)}) as amount from _sample)
            where number is not null group by number having rows > 1
        )
        select avg((amounts <= 1 and (filled <= 1 or amounts = 1))::int) from told
        """
    ).fetchone()
    return bool(row and row[0] is not None and row[0] >= _MOSTLY)


def _line(roles: Roles, key: str, amount: Column | None) -> dict[str, Any] | None:
    """Products, if the rows name any."""
    if not roles.has("product", "sku", "unit_price"):
        return None
    quantity = roles.get("quantity")
    found = {"purchase": key, "quantity": plain(quantity) if quantity else "'1'"}
    found |= {name: plain(column) for name in _PRODUCT if (column := roles.get(name))}
    return {**found, "amount": plain(amount)} if amount and not roles.has("unit_price") else found


_PRODUCT = ("product", "sku", "category", "unit_price")


def _status(con: duckdb.DuckDBPyConnection, roles: Roles, number: Column | None) -> tuple[str | None, list[str]]:
    column = roles.get("order_status")
    if column:
        words = " ".join(
            f"when regexp_matches(lower({plain(column)}), '{pattern}') then '{status}'"
            for status, pattern in STATUS_WORDS.items()
        )
        unknown = f"{column.label}: words for a status that are none of ours count as other"
        return f"case {words} when {plain(column)} is null then 'paid' else 'other' end", [unknown]
    quantity = roles.get("quantity")
    letter = _cancelling_letter(con, number, quantity) if number and quantity else None
    if number and letter:
        said = f"{number.label} that begins with {letter} has negative quantities: it is taken for cancelled"
        return f"case when {id_of(number)} like '{letter}%' then 'cancelled' else 'paid' end", [said]
    return None, ["no column tells the status: every order counts as paid"]


def _cancelling_letter(con: duckdb.DuckDBPyConnection, number: Column, quantity: Column) -> str | None:
    """The letter before order numbers whose quantities are negative, as those of no others are."""
    row = con.execute(
        f"""
        with told as (
            select regexp_extract(({plain(number)}), '^[A-Za-z]') as letter,
                try_cast(({plain(quantity)}) as double) < 0 as negative
            from _sample where regexp_matches(({plain(number)}), '^[A-Za-z]?\\d')
        )
        select letter, avg(negative::int) as share, (select avg(negative::int) from told where letter = '') as others
        from told where letter <> '' group by letter order by count(*) desc limit 1
        """
    ).fetchone()
    return str(row[0]) if row and row[1] >= _MOSTLY and row[2] is not None and row[2] <= 1 - _MOSTLY else None
