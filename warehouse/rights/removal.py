"""Which rows of which tables go with a person: asked of the catalogue, so that a table made tomorrow is not forgotten.

In: the temporary tables erased_customer, erased_record, erased_row (raw_table, _batch_id, _line), erased_thing (kind,
id: orders, tickets, answers and events) and erased_reject (rowid). Out: one condition per table, to count by and to
delete by.

Who is who (identity.record_customer, link, review, the engine's state) is not in the list: the resolve stage takes out
what is no longer in standard.record and books it in the ledger.
"""

from dataclasses import dataclass

import duckdb

from warehouse.raw import quoted

# Customer ids alone are no personal data once nothing leads from them to a person; the ledger stays whole.
# The line of orders that stay without their buyer: there is no row of a delivery behind them any more.
KEPT_LINE = -1
_BOOKS = ("identity.ledger", "identity.alias", "identity.record_customer")
_THINGS = {"purchase": "purchase_id", "interaction": "interaction_id", "feedback": "feedback_id", "event": "event_id"}
_RECORD = "select record_id from erased_record"
_CUSTOMER = "select customer_id from erased_customer"


@dataclass(frozen=True)
class Removal:
    """Rows of a table that go."""

    table: str
    condition: str


def list_removals(con: duckdb.DuckDBPyConnection, *, keep_orders: bool = False) -> list[Removal]:
    """What goes, table by table, in the order of the layers."""
    found = [
        *(Removal(table, _of_raw(table)) for table in _tables(con, "raw")),
        *(Removal(table, _of_standard(con, table, keep_orders)) for table in _tables(con, "standard")),
        *_of_identity(con),
        *(
            Removal(table, condition)
            for schema in ("customer", "mart", "segment")
            for table in _tables(con, schema)
            if (condition := _of_customer(con, table))
        ),
        Removal("ops.quarantine", "rowid in (select id from erased_reject)"),
    ]
    return [each for each in found if each.condition]


def count_removals(con: duckdb.DuckDBPyConnection, removals: list[Removal]) -> dict[str, int]:
    """Rows per table, of tables that lose any."""
    counts = {each.table: _count(con, f"select count(*) from {each.table} where {each.condition}") for each in removals}
    return {table: rows for table, rows in counts.items() if rows}


def remove_rows(con: duckdb.DuckDBPyConnection, removals: list[Removal], *, keep_orders: bool = False) -> None:
    """Delete them; inside the caller's transaction. Orders that are kept forget who bought."""
    for each in removals:
        con.execute(f"delete from {each.table} where {each.condition}")
    if keep_orders:
        told = {"kept": KEPT_LINE}
        lines = f"purchase_id in (select purchase_id from standard.purchase where {_ordered()})"
        con.execute(f"update standard.purchase_line set _line = $kept where {lines}", told)
        con.execute(f"update standard.purchase set record_id = null, _line = $kept where {_ordered()}", told)


def count_identity(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of who is who that the resolve stage will take out."""
    counts = {}
    for table in _tables(con, "identity"):
        columns = [name for name in _columns(con, table) if name.startswith("record_id")]
        if columns and table not in ("identity.departed",):
            condition = " or ".join(f"{quoted(name)} in ({_RECORD})" for name in columns)
            counts[table] = _count(con, f"select count(*) from {table} where {condition}")
    return {table: rows for table, rows in counts.items() if rows}


def _of_raw(table: str) -> str:
    name = "'" + table.removeprefix("raw.").strip('"').replace("'", "''") + "'"
    return f"(_batch_id, _line) in (select (_batch_id, _line) from erased_row where raw_table = {name})"


def _of_standard(con: duckdb.DuckDBPyConnection, table: str, keep_orders: bool) -> str:
    name, columns = table.removeprefix("standard."), _columns(con, table)
    if name in ("purchase", "purchase_line") and keep_orders:
        return ""
    conditions = [f"record_id in ({_RECORD})"] if "record_id" in columns else []
    kind = "purchase" if name == "purchase_line" else name
    if kind in _THINGS:
        conditions.append(f"{_THINGS[kind]} in (select id from erased_thing where kind = '{kind}')")
    if "source_key" in columns:
        conditions.append(
            "(source, stream, source_key) in (select (source, stream, source_record_id) from erased_record)"
        )
    if "record_id" not in columns and "_line" in columns:
        conditions.append("(_batch_id, _line) in (select (_batch_id, _line) from erased_row)")
    return " or ".join(conditions)


def _of_identity(con: duckdb.DuckDBPyConnection) -> list[Removal]:
    sides = [
        f"(source_{side}, stream_{side}, source_record_id_{side}) in "
        "(select (source, stream, source_record_id) from erased_record)"
        for side in "lr"
    ]
    return [
        Removal("identity.decision", " or ".join(sides)),
        Removal("identity.departed", f"record_id in ({_RECORD}) or customer_id in ({_CUSTOMER})"),
    ]


def _of_customer(con: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = _columns(con, table)
    conditions = [f"{quoted(name)} in ({_CUSTOMER})" for name in columns if "customer_id" in name]
    conditions += [f"{quoted(name)} in ({_RECORD})" for name in columns if name.startswith("record_id")]
    conditions += [
        f"{name} in (select id from erased_thing where kind = '{kind}')"
        for kind, name in _THINGS.items()
        if name in columns
    ]
    return " or ".join(conditions)


def _ordered() -> str:
    return f"record_id in ({_RECORD}) or purchase_id in (select id from erased_thing where kind = 'purchase')"


def _tables(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = con.execute(
        """
        select table_name from duckdb_tables()
        where schema_name = $schema and database_name = current_database() order by table_name
        """,
        {"schema": schema},
    ).fetchall()
    return [f"{schema}.{quoted(row[0]) if schema == 'raw' else row[0]}" for row in rows if
            f"{schema}.{row[0]}" not in _BOOKS]  # fmt: skip


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    schema, _, name = table.partition(".")
    rows = con.execute(
        """
        select column_name from duckdb_columns()
        where schema_name = $schema and table_name = $name and database_name = current_database()
        order by column_index
        """,
        {"schema": schema, "name": name},
    ).fetchall()
    return [row[0] for row in rows]


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
