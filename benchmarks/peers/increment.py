"""What a small delivery costs: 1 % of a folder's records added to the other 99 %.

    python -m benchmarks.peers.increment FOLDER

1. Resolve 99 % of the records in full, learning, and keep what an increment needs.
2. Add the others, chosen by a hash of their id, as an increment.
3. Resolve everything in full with the weights of step 1.
4. Compare the partitions of 2 and 3.

Prints the seconds of each step, what the increment looked at, and how many customers differ.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes
from identity.errors import OvergrownError
from identity.increment import update
from identity.resolution import resolve
from identity.settings import load_settings
from pipeline.config import load_config

ADDED = "hash(record_id) % 100 = 0"
_DIFFERING = """
with cells as (
    select now.customer, whole.cluster, count(*) as records from incremental as now
    join identity_cluster as whole using (record_id) group by all
),
sizes as (select customer, sum(records) as size from cells group by customer),
whole_sizes as (select cluster, sum(records) as size from cells group by cluster)
select (select count(*) from whole_sizes),
    (select count(*) from whole_sizes) - count(*) filter (records = sizes.size and records = whole_sizes.size)
from cells join sizes using (customer) join whole_sizes using (cluster)
"""


def main(folder: Path) -> None:
    """All steps."""
    settings = load_settings(load_config().identity_settings)
    report: dict[str, float] = {}
    with duckdb.connect() as con:
        for name in ("records", "identifiers"):
            con.execute(f"create table every_{name} as select * from '{folder / name}.parquet'")
            con.execute(f"create view {name} as select * from every_{name} where not ({ADDED})")
        con.execute("create schema kept")
        # 1. Most of the records.
        began = time.perf_counter()
        resolve(con, "records", "identifiers", None, settings, keep="kept")
        report["learning_seconds"] = time.perf_counter() - began
        con.execute("create table before as select record_id, cluster from identity_cluster")
        # 2. The others.
        for name in ("records", "identifiers"):
            con.execute(f"create or replace view {name} as select * from every_{name}")
        began = time.perf_counter()
        found = update(con, "records", "identifiers", None, settings, "kept")
        report["increment_seconds"] = time.perf_counter() - began
        report |= {"changed": found.changed, "touched": found.touched}
        con.execute("""
            create table incremental as
            select record_id, 'old ' || cluster as customer from before
            where record_id not in (select record_id from identity_scope)
            union all select record_id, 'new ' || cluster from identity_cluster
        """)
        # 3. Everything.
        began = time.perf_counter()
        full = resolve(con, "records", "identifiers", None, settings, learned=True)
        report["full_seconds"] = time.perf_counter() - began
        report["records"] = full.records
        # 4. The same?
        row = con.execute(_DIFFERING).fetchone()
        report["customers"], report["differing"] = row or (0, 0)
    json.dump({"peak_bytes": own_peak_bytes(), **report}, sys.stdout)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except OvergrownError as problem:
        json.dump({"failure": str(problem)}, sys.stdout)
