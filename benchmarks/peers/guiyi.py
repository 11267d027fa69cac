"""Our engine on records.parquet and identifiers.parquet of a folder; writes guiyi.parquet there."""

import json
import sys
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes
from identity.resolution import resolve
from identity.settings import load_settings
from pipeline.config import load_config


def main(folder: Path) -> None:
    """Resolve and write record_id, customer_id; prints peak memory as JSON."""
    with duckdb.connect() as con:
        for name in ("records", "identifiers"):
            con.execute(f"create table {name} as select * from '{folder / name}.parquet'")
        found = resolve(con, "records", "identifiers", None, load_settings(load_config().identity_settings))
        con.execute(
            f"copy (select record_id, cluster::varchar as customer_id from {found.clusters}) "
            f"to '{folder / 'guiyi.parquet'}' (format parquet)"
        )
    json.dump({"peak_bytes": own_peak_bytes()}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
