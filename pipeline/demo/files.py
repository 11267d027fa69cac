"""The three shapes of files: lines, delimited text with a header, pages of JSON elements.

In: a query that gives `moment` (epoch second) and `line` (the text of one row), ordered. Out: files of the run.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np

from pipeline.demo.deliveries import Parcel, Run, find_days, schedule, write_parcel
from pipeline.demo.draws import open_stream
from pipeline.demo.faults import spoil

PAGE = 100


def fetch_lines(con: duckdb.DuckDBPyConnection, query: str, run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Run a query for (moment, line); give day numbers and lines."""
    table = con.execute(query).to_arrow_table()
    return find_days(table.column("moment").to_numpy(), run.period), table.column("line").to_numpy()


def write_lines(con: duckdb.DuckDBPyConnection, run: Run, pattern: str, query: str, kind: str) -> None:
    """Write one file of lines per parcel."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        write_parcel(run, pattern, parcel, join_rows(lines[parcel.rows], kind, rng, run.noise))


def write_table(
    con: duckdb.DuckDBPyConnection, run: Run, pattern: str, header: str, query: str,
    encoding: str = "utf-8", rename: Callable[[str], str] = str,
) -> None:
    """Write one delimited file with its header per parcel."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        body = join_rows(lines[parcel.rows], "csv", rng, run.noise, encoding)
        write_parcel(run, pattern, parcel, header.encode(encoding) + b"\n" + body, rename)


def write_pages(
    con: duckdb.DuckDBPyConnection, run: Run, pattern: str, query: str, wrap: Callable[[str, int, int], str]
) -> None:
    """Write pages of up to 100 elements per parcel; `wrap` gets the joined elements, the page's number and how many follow."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        write_parcel_pages(run, pattern, parcel, lines, rng, wrap)


def write_parcel_pages(
    run: Run, pattern: str, parcel: Parcel, lines: np.ndarray, rng: np.random.Generator,
    wrap: Callable[[str, int, int], str],
) -> None:
    """Write the pages of one parcel; one that is not whole has its last page cut off."""
    elements = [line.encode() for line in lines[parcel.rows].tolist()]
    elements = [row.decode() for row in spoil(elements, "element", rng, run.noise)]
    pages = max(1, -(-len(elements) // PAGE))
    for number in range(1, pages + 1):
        content = wrap(",".join(elements[(number - 1) * PAGE : number * PAGE]), number, pages - number).encode()
        if not parcel.whole and number == pages:
            content = content[: len(content) * 2 // 3]
        write_parcel(run, pattern, parcel, content, lambda name, page=number: _number(name, page))


def join_rows(
    lines: np.ndarray | Sequence[str], kind: str, rng: np.random.Generator, noise: float, encoding: str = "utf-8"
) -> bytes:
    """Encode rows, put broken ones in between, and end each with a line feed."""
    rows = [line.encode(encoding, errors="replace") for line in lines]
    return b"".join(row + b"\n" for row in spoil(rows, kind, rng, noise))


def _number(name: str, page: int) -> str:
    day, suffix = name[:10], name[10:]
    return f"{day}-{page:03d}{suffix}"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
