"""What a small delivery costs: 1 % of a folder's records added to the other 99 %.

    python -m benchmarks.peers.increment FOLDER

The stage `resolve` of the pipeline, in a warehouse file of its own, three times:

1. 99 % of the records in full, learning: links, customers, ledger and what an increment needs are written.
2. The others, chosen by a hash of their id, are added: an increment.
3. Everything in full with the weights of step 1.
4. Compare who is who after 2 and after 3.

Prints the seconds of each step, what the increment looked at, and how many customers differ.
"""

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes
from pipeline.config import Config, load_config
from pipeline.resolve import resolve
from pipeline.stage import Options, StageReport, execute
from warehouse.connection import open_warehouse
from warehouse.tables import create_tables

ADDED = "hash(record_id) % 100 = 0"
_DIFFERING = """
with cells as (
    select incremental.customer, whole.customer as cluster, count(*) as records
    from incremental join whole using (record_id) group by all
),
sizes as (select customer, sum(records) as size from cells group by customer),
whole_sizes as (select cluster, sum(records) as size from cells group by cluster)
select (select count(*) from whole_sizes),
    (select count(*) from whole_sizes) - count(*) filter (records = sizes.size and records = whole_sizes.size)
from cells join sizes using (customer) join whole_sizes using (cluster)
"""


def main(folder: Path) -> None:
    """All steps."""
    home = folder / "increment"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    usual = load_config()
    # A table of any size keeps its epoch here.
    rules = re.sub(r"(?m)^learn_below *=.*$", "learn_below = 0", usual.identity_settings.read_text(encoding="utf-8"))
    (home / "identity.toml").write_text(rules, encoding="utf-8")
    config = replace(usual, home=home, directory=home)
    try:
        json.dump({**_measure(folder, config), "peak_bytes": own_peak_bytes()}, sys.stdout)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _measure(folder: Path, config: Config) -> dict[str, float]:
    # 1. Most of the records.
    _add(folder, config, f"not ({ADDED})")
    learning = execute("resolve", resolve, config)
    # 2. The others.
    _add(folder, config, ADDED)
    increment = execute("resolve", resolve, config)
    if increment.counts["way"] != "increment":
        return {"failure": "the increment asked for a full resolution"}  # type: ignore[dict-item]
    _keep_customers(config, "incremental")
    # 3. Everything, with the same weights: those a person chose stay in a full run.
    with open_warehouse(config.warehouse) as con:
        con.execute("update identity.epoch set pinned = true where status = 'current'")
    full = execute("resolve", resolve, config, options=Options(full_refresh=True))
    _keep_customers(config, "whole")
    # 4. The same?
    with open_warehouse(config.warehouse) as con:
        row = con.execute(_DIFFERING).fetchone()
    customers, differing = row or (0, 0)
    return {
        **_seconds(learning=learning, increment=increment, full=full),
        "changed": float(increment.counts["records_changed"]),
        "touched": float(increment.counts["records_grouped_anew"]),
        "records": float(full.counts["rows_in"]),
        "customers": customers,
        "differing": differing,
    }


def _seconds(**reports: StageReport) -> dict[str, float]:
    return {f"{name}_seconds": report.seconds for name, report in reports.items()}


def _add(folder: Path, config: Config, condition: str) -> None:
    """Put records and their identifiers where the stage before would have put them."""
    with open_warehouse(config.warehouse) as con:
        create_tables(con)
        for table, name in (("record", "records"), ("identifier", "identifiers")):
            con.execute(f"insert into standard.{table} by name from '{folder / name}.parquet' where {condition}")


def _keep_customers(config: Config, name: str) -> None:
    with open_warehouse(config.warehouse) as con:
        _copy_customers(con, name)


def _copy_customers(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(f"create table {name} as select record_id, customer_id as customer from identity.record_customer")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
