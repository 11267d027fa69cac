"""The evidence in the warehouse, for people: records by name, customers by any id they ever had.

In: the warehouse (read-only). Out: explanations of identity/explanation.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from identity.explanation import CustomerExplanation, Explanation, explain_customer, explain_pair
from pipeline.config import Config
from warehouse.connection import open_readonly


class UnknownRecord(ValueError):
    """No record or customer goes by the name given."""


@dataclass(frozen=True)
class RecordName:
    """A record's id and the source's own key."""

    record_id: str
    source: str
    stream: str
    source_record_id: str


@contextmanager
def read_evidence(config: Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse, once it has been resolved."""
    with open_readonly(config.warehouse) as con:
        if not con.execute(
            "select 1 from duckdb_tables() where schema_name = 'identity' and table_name = 'link'"
        ).fetchone():
            raise UnknownRecord("nothing has been resolved yet: run `guiyi run` first")
        yield con


def find_record(con: duckdb.DuckDBPyConnection, name: str) -> RecordName:
    """The record called `name`: its record_id, or source/stream/key."""
    source, _, rest = name.partition("/")
    stream, _, key = rest.partition("/")
    row = con.execute(
        """
        select record_id, source, stream, source_record_id from standard.record
        where record_id = $name or (source = $source and stream = $stream and source_record_id = $key)
        """,
        {"name": name, "source": source, "stream": stream, "key": key},
    ).fetchone()
    if row is None:
        raise UnknownRecord("no such record: name it by its record_id or as source/stream/key, as in standard.record")
    return RecordName(*row)


def pair_evidence(con: duckdb.DuckDBPyConnection, left: str, right: str) -> Explanation:
    """What speaks for and against two records being one person."""
    return explain_pair(con, "identity.link", "identity.model", left, right)


def customer_evidence(con: duckdb.DuckDBPyConnection, customer_id: str) -> tuple[CustomerExplanation, list[RecordName]]:
    """What holds a customer together, and its records; an id that is no longer in use leads to the current one."""
    row = con.execute(
        "select customer_id from identity.alias where old_customer_id = $id", {"id": customer_id}
    ).fetchone()
    current = row[0] if row else customer_id
    found = explain_customer(con, "identity.link", "identity.record_customer", current)
    records = con.execute(
        """
        select record_id, source, stream, source_record_id from identity.record_customer
        where customer_id = $id order by source, stream, record_id
        """,
        {"id": current},
    ).fetchall()
    return found, [RecordName(*record) for record in records]
