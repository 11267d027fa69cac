"""Two warehouses made of the same exports, side by side.

In: two DuckDB files. Out: the rows of every table in both, and how many records they group differently. Only counts.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.connection import open_readonly
from warehouse.vault.cipher import attach_file
from warehouse.vault.keyring import key_of

SCHEMAS = ("raw", "standard", "identity", "customer", "mart", "segment")

# How a result was reached: these grow with every run that changes something, so their rows depend on how many runs
# the same deliveries were spread over.
HISTORY = frozenset(
    {
        *("identity.alias", "identity.ledger", "segment.change", "segment.extract_log", "segment.extracted"),
        # A run a day has a state a day.
        "customer.customer_history",
        # Two runs may have learned at different times, from what had been delivered by then.
        *("identity.epoch", "identity.model", "identity.frequency", "identity.dropped_key", "identity.spelling"),
    }
)


@dataclass(frozen=True)
class TableRows:
    """Rows of one table in the left and the right warehouse; None where the table is missing."""

    table: str
    left: int | None
    right: int | None

    @property
    def is_history(self) -> bool:
        """Whether a difference is to be expected."""
        return self.table in HISTORY

    @property
    def differs(self) -> bool:
        """Whether the two disagree about something they must agree on."""
        return self.left != self.right and not self.is_history


def compare_rows(left: Path, right: Path) -> list[TableRows]:
    """Row counts of every table outside ops, in schema and name order."""
    counts = [_count_rows(path) for path in (left, right)]
    tables = sorted(set(counts[0]) | set(counts[1]), key=lambda name: (SCHEMAS.index(name.partition(".")[0]), name))
    return [TableRows(table, counts[0].get(table), counts[1].get(table)) for table in tables]


def count_regrouped(left: Path, right: Path) -> int:
    """Records that share their customer with other records in one warehouse than in the other.

    Customer ids may differ: a customer is compared by the first of its records.
    """
    con = duckdb.connect()
    try:
        for path, name in ((left, "l"), (right, "r")):
            key = key_of(path)
            attach_file(con, path, name, key.derive_text("warehouse") if key else None, read_only=True)
        row = con.execute(
            """
            with groups as (
                select 'l' as side, record_id, min(record_id) over (partition by customer_id) as first_record,
                    count(*) over (partition by customer_id) as records
                from l.identity.record_customer
                union all
                select 'r', record_id, min(record_id) over (partition by customer_id),
                    count(*) over (partition by customer_id)
                from r.identity.record_customer
            ), records as (
                select record_id
                from groups
                group by record_id
                having count(*) <> 2 or min(first_record) <> max(first_record) or min(records) <> max(records)
            )
            select count(*) from records
            """
        ).fetchone()
    finally:
        con.close()
    return int(row[0]) if row else 0


def _count_rows(path: Path) -> dict[str, int]:
    with open_readonly(path) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal and schema_name in "
            "(select unnest($schemas)) order by all",
            {"schemas": list(SCHEMAS)},
        ).fetchall()
        return {f"{schema}.{table}": _rows(con, schema, table) for schema, table in tables}


def _rows(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    row = con.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
    return int(row[0]) if row else 0
