"""The peer: bare DuckDB reading an event file into a typed table of a database file, nested context included.

    python -m benchmarks.ingest.bare EVENTS.ndjson NEW.duckdb

Lines that are no JSON become rows of nulls; nothing is archived, numbered, deduplicated or quarantined. Prints rows,
the seconds of the statement and the peak memory.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measurement import own_peak_bytes

_PAGE = "struct(path varchar, url varchar, referrer varchar)"
_CAMPAIGN = "struct(name varchar, source varchar, medium varchar)"
COLUMNS = {
    **dict.fromkeys(("type", "messageId", "anonymousId", "userId"), "varchar"),
    "timestamp": "timestamp",
    **dict.fromkeys(("event", "name"), "varchar"),
    "properties": "struct(path varchar, title varchar, url varchar, sku varchar, quantity bigint, price double, "
    "currency varchar)",
    "traits": 'struct(email varchar, "firstName" varchar, "lastName" varchar, phone varchar)',
    "context": f'struct(ip varchar, "userAgent" varchar, locale varchar, page {_PAGE}, campaign {_CAMPAIGN})',
}


def main(events: Path, database: Path) -> None:
    """Read the file once."""
    with duckdb.connect(str(database)) as con:
        con.execute("set enable_progress_bar = false")
        began = time.perf_counter()
        con.execute(
            """
            create table event as
            select * from read_json($path, columns = $columns, format = 'newline_delimited', ignore_errors = true)
            """,
            {"path": str(events), "columns": COLUMNS},
        )
        seconds = time.perf_counter() - began
        row = con.execute("select count(*) from event where type is not null").fetchone()
    json.dump({"rows": row[0] if row else 0, "seconds": seconds, "peak_bytes": own_peak_bytes()}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
