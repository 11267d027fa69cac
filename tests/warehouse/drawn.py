"""Tables drawn as text: rows between pipes, the first one naming the columns; an empty cell is missing.

| record_id | full_name |
| r1        | 王小明     |
"""

from datetime import date
from pathlib import Path

import duckdb

from pipeline.profile import derive_tables
from warehouse.survivorship import CustomerSettings, read_customer_settings
from warehouse.tables import create_tables

PROJECT = Path(__file__).resolve().parents[2]
CHANNELS = {"zoho": "crm", "shopify": "store", "taobao": "store", "segment": "website", "wechat": "social"}

# What the tables demand and a drawing may leave out.
_FILLED_IN = {"_batch_id": "b1", "_line": "1", "stream": "s", "source": "zoho", "issuer": "", "purpose": "marketing"}
_OWN_KEY = {"source_record_id": "record_id", "order_number": "purchase_id"}


def warehouse() -> duckdb.DuckDBPyConnection:
    """An empty warehouse in memory."""
    con = duckdb.connect()
    create_tables(con)
    return con


def parse(drawing: str) -> list[dict[str, str]]:
    """The rows of a drawing, every value as text."""
    lines = [line.strip() for line in drawing.strip().splitlines() if line.strip()]
    header, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


def draw(con: duckdb.DuckDBPyConnection, table: str, drawing: str) -> None:
    """Insert the rows of a drawing into `table`; values are cast to the table's types."""
    known = [row[0] for row in con.execute(f"describe {table}").fetchall()]
    for row in parse(drawing):
        filled = {name: _FILLED_IN[name] for name in known if name in _FILLED_IN}
        filled |= {name: row[key] for name, key in _OWN_KEY.items() if name in known and key in row}
        filled |= {name: value for name, value in row.items() if value}
        names = ", ".join(filled)
        con.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(filled))})", list(filled.values()))


def own_records(con: duckdb.DuckDBPyConnection, **customers: str) -> None:
    """Say who is who: own_records(con, C1="r1 r2"); sources come from standard.record where the record is drawn."""
    for customer_id, records in customers.items():
        for record_id in records.split():
            con.execute(
                """
                insert into identity.record_customer
                select $record, $customer, coalesce(max(source), 'zoho'), 's', $record
                from standard.record where record_id = $record
                """,
                {"record": record_id, "customer": customer_id},
            )


def settings() -> CustomerSettings:
    """The settings that come with the project."""
    return read_customer_settings(PROJECT / "config" / "customer.toml")


def derive(con: duckdb.DuckDBPyConnection, *tables: str, as_of: date = date(2026, 3, 1)) -> None:
    """Derive tables in the order given, with the project's settings."""
    derive_tables(con, tables, settings(), as_of, CHANNELS)


def read(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, str]]:
    """The rows of a query, every value as text and missing ones empty, to compare with `parse`."""
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, ("" if v is None else _text(v) for v in row), strict=True)) for row in result.fetchall()]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
