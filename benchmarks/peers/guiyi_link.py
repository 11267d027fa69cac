"""What `guiyi link RECORDS --columns MAP` does, measured; and the table as it was cleaned, for a peer to read.

Writes guiyi.parquet (record_id, customer_id, threshold) and guiyi_pairs.parquet to a folder, and, outside the time that
counts, records.parquet and identifiers.parquet.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes
from benchmarks.peers.guiyi import write_pairs
from pipeline.link import link, write_clusters
from warehouse.connection import configure


def main(records: Path, mapping: Path, folder: Path) -> None:
    """Link, write, tell what it took."""
    with duckdb.connect() as con:
        configure(con)
        found = link(con, records, mapping)
        write_clusters(con, found, folder / "clusters.parquet")
        peak, began = own_peak_bytes(), time.perf_counter()
        con.execute(
            f"copy (select record_id, customer_id, 0.5 as threshold from '{folder / 'clusters.parquet'}') "
            f"to '{folder / 'guiyi.parquet'}' (format parquet)"
        )
        write_pairs(con, found, folder)
        _write_cleaned(con, folder)
    report = {"peak_bytes": peak, "pairs": found.candidate_pairs, "extra_seconds": time.perf_counter() - began}
    json.dump(report, sys.stdout)


def _write_cleaned(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The tables that linking left behind: cleaned columns only, not the raw ones nor the reasons."""
    names = [row[0] for row in con.execute("describe _linked").fetchall()]
    kept = ", ".join(f'"{name}"' for name in names if not name.startswith(("raw_", "reason_")))
    for query, name in ((f"select {kept} from _linked", "records"), ("from _linked_identifier", "identifiers")):
        con.execute(f"copy ({query} order by all) to '{folder / name}.parquet' (format parquet)")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
