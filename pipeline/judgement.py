"""Clusters against truth, wherever both come from: two files, or the warehouse and the demo's truth.

Truth is only ever read here, after resolution is over.
"""

from pathlib import Path

import duckdb

from identity.evaluation import evaluate
from pipeline.keys import short_hash_sql
from pipeline.table_file import load_table
from warehouse.connection import open_memory, open_readonly
from warehouse.raw import quoted


class JudgementError(ValueError):
    """Clusters or truth cannot be read; the text says which column is missing."""


def judge_clusters(clusters: Path, truth: Path, record: str, person: str) -> dict[str, float | int]:
    """Measures of a clusters file (record_id, customer_id)."""
    with open_memory() as con:
        names = load_table(con, "_judged_clusters", clusters)
        _need(clusters, names, ["record_id", "customer_id"])
        con.execute(
            "create or replace temp table _clusters as "
            "select record_id::varchar as record_id, customer_id::varchar as customer_id from _judged_clusters"
        )
        _check_once(con, clusters, "_clusters")
        _read_truth(con, truth, record, person)
        return _judge(con, "_clusters", truth)


def judge_warehouse(
    warehouse: Path, truth: Path, record: str = "record_id", person: str = "person_id"
) -> dict[str, float | int]:
    """Measures of the warehouse's customers."""
    with open_readonly(warehouse) as con:
        _read_truth(con, truth, record, person)
        return _judge(con, "identity.record_customer", truth)


def _judge(con: duckdb.DuckDBPyConnection, clusters: str, truth: Path) -> dict[str, float | int]:
    measures = evaluate(con, clusters, "_truth")
    # With nothing to judge every measure would be a perfect 1.
    if not measures["records"]:
        raise JudgementError(f"{truth} and the clusters have no record id in common: check --record, or the ids")
    return measures


def _read_truth(con: duckdb.DuckDBPyConnection, path: Path, record: str, person: str) -> None:
    names = load_table(con, "_judged_truth", path)
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
    _check_once(con, path, "_truth")


def _check_once(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
    row = con.execute(f"select count(*) - count(distinct record_id) from {table}").fetchone()
    if row and row[0]:
        raise JudgementError(f"{path}: {row[0]:,} rows repeat or lack a record id; each record stands in it once")


def _need(path: Path, names: list[str], wanted: list[str]) -> None:
    if missing := [name for name in wanted if name not in names]:
        raise JudgementError(f"{path} lacks {missing}; it has {', '.join(names)}")
