"""Clusters against truth, wherever both come from: two files, or the warehouse and the demo's truth.

Truth is only ever read here, after resolution is over.
"""

from pathlib import Path

import duckdb

from identity.evaluation import evaluate
from pipeline.keys import short_hash_sql
from warehouse.connection import open_readonly
from warehouse.raw import quoted


class JudgementError(ValueError):
    """Clusters or truth cannot be read; the text says which column is missing."""


def judge_clusters(clusters: Path, truth: Path, record: str, person: str) -> dict[str, float | int]:
    """Measures of a clusters file (record_id, customer_id)."""
    with duckdb.connect() as con:
        names = _read(con, "_judged_clusters", clusters)
        _need(clusters, names, ["record_id", "customer_id"])
        con.execute(
            "create or replace temp table _clusters as "
            "select record_id::varchar as record_id, customer_id::varchar as customer_id from _judged_clusters"
        )
        _read_truth(con, truth, record, person)
        return evaluate(con, "_clusters", "_truth")


def judge_warehouse(warehouse: Path, truth: Path) -> dict[str, float | int]:
    """Measures of the warehouse's customers."""
    with open_readonly(warehouse) as con:
        _read_truth(con, truth, "record_id", "person_id")
        return evaluate(con, "identity.record_customer", "_truth")


def _read_truth(con: duckdb.DuckDBPyConnection, path: Path, record: str, person: str) -> None:
    names = _read(con, "_judged_truth", path)
    keyed = ["source", "stream", "source_record_id"]
    if record not in names and all(name in names for name in keyed):
        key = short_hash_sql(*keyed)
    else:
        _need(path, names, [record])
        key = f"{quoted(record)}::varchar"
    _need(path, names, [person])
    con.execute(
        f"create or replace temp table _truth as "
        f"select distinct {key} as record_id, {quoted(person)}::varchar as person_id from _judged_truth "
        f"where {quoted(person)} is not null"
    )


def _read(con: duckdb.DuckDBPyConnection, table: str, path: Path) -> list[str]:
    if not path.exists():
        raise JudgementError(f"{path} does not exist")
    reader = (
        "read_parquet($path)" if path.suffix.lower() in {".parquet", ".pq"} else "read_csv($path, all_varchar = true)"
    )
    con.execute(f"create or replace temp table {table} as select * from {reader}", {"path": str(path)})
    return [row[0] for row in con.execute(f"describe {table}").fetchall()]


def _need(path: Path, names: list[str], wanted: list[str]) -> None:
    if missing := [name for name in wanted if name not in names]:
        raise JudgementError(f"{path} lacks {missing}; it has {', '.join(names)}")
