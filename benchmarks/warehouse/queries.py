"""What an analyst waits: every query of docs/queries.sql over a snapshot, a number of times, in turns.

    python -m benchmarks.warehouse.queries SNAPSHOT.duckdb TIMES

Prints the seconds of every run by the query's title, and the peak memory. The file is opened once, as a notebook or a
BI tool does; what a query reads the first time comes from the disk or the system's cache.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.measurement import own_peak_bytes
from pipeline.config import PROJECT
from warehouse.connection import open_readonly


def read_queries(text: str) -> dict[str, str]:
    """Queries by title: the comment above each; the file's own comment comes first."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    titled = [block for block in blocks if any(not line.startswith("--") for line in block.splitlines())]
    return {block.splitlines()[0].removeprefix("-- "): block for block in titled}


def main(snapshot: Path, times: int) -> None:
    """Run them."""
    queries = read_queries((PROJECT / "docs" / "queries.sql").read_text(encoding="utf-8"))
    seconds: dict[str, list[float]] = {title: [] for title in queries}
    with open_readonly(snapshot) as con:
        for _ in range(times):
            for title, query in queries.items():
                began = time.perf_counter()
                con.execute(query).fetchall()
                seconds[title].append(time.perf_counter() - began)
    json.dump({"seconds": seconds, "peak_bytes": own_peak_bytes()}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
