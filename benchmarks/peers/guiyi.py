"""Our engine on records.parquet and identifiers.parquet of a folder: writes guiyi.parquet, guiyi_pairs.parquet there.

What counts ends with the clusters. Prints its peak memory, the pairs it compared, and the time that the judge's pairs
took: for those, everything is resolved a second time with the weights that were learned.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes
from identity.resolution import Resolution, resolve
from identity.settings import load_settings
from pipeline.config import load_config


def main(folder: Path) -> None:
    """Resolve and write record_id, customer_id."""
    settings = load_settings(load_config().identity_settings)
    with duckdb.connect() as con:
        for name in ("records", "identifiers"):
            con.execute(f"create view {name} as select * from '{folder / name}.parquet'")
        found = resolve(con, "records", "identifiers", None, settings, explain=False)
        con.execute(
            f"copy (select record_id, cluster::varchar as customer_id, 0.5 as threshold from {found.clusters}) "
            f"to '{folder / 'guiyi.parquet'}' (format parquet)"
        )
        peak, began = own_peak_bytes(), time.perf_counter()
        write_pairs(con, resolve(con, "records", "identifiers", None, settings, learned=True), folder)
    report = {"peak_bytes": peak, "pairs": found.candidate_pairs, "extra_seconds": time.perf_counter() - began}
    json.dump(report, sys.stdout)


def write_pairs(con: duckdb.DuckDBPyConnection, found: Resolution, folder: Path) -> None:
    """Write the scored links for the judge."""
    con.execute(
        f"copy (select record_id_l, record_id_r, match_probability from {found.links}) "
        f"to '{folder / 'guiyi_pairs.parquet'}' (format parquet)"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
