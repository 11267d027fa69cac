"""The peer: bare DuckDB over the same warehouse file, doing the least that any such stage has to.

    python -m benchmarks.warehouse.bare WAREHOUSE SCRATCH.duckdb

Every column of every standard table is read once, and every derived table is written once, in its order, to another
file. Nothing is joined, counted or sorted. Prints the seconds of both and the peak memory.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.measurement import own_peak_bytes
from pipeline.profile import TABLES
from warehouse.connection import open_warehouse

_READ = ("record", "identifier", "event", "purchase", "purchase_line", "interaction", "feedback", "consent")


def main(warehouse: Path, scratch: Path) -> None:
    """Read and write."""
    with open_warehouse(warehouse) as con:
        began = time.perf_counter()
        for table in _READ:
            # hash() of the row needs every column of it.
            con.execute(f"select max(hash(whole)) from standard.{table} as whole").fetchone()
        read = time.perf_counter() - began
        con.execute(f"attach '{scratch}' as scratch (storage_version 'latest')")
        began = time.perf_counter()
        for table in TABLES:
            con.execute(f"create table scratch.{table.replace('.', '_')} as from {table}")
        con.execute("checkpoint scratch")
        written = time.perf_counter() - began
        con.execute("detach scratch")
    json.dump({"read_seconds": read, "write_seconds": written, "peak_bytes": own_peak_bytes()}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
