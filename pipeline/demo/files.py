"""The three shapes of files: lines, delimited text with a header, pages of JSON elements.

In: a query that gives `moment` (epoch second) and `line` (the text of one row), ordered. Out: files of the run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb
import numpy as np

from pipeline.demo.deliveries import Parcel, Run, find_days, schedule, write_parcel
from pipeline.demo.draws import open_stream
from pipeline.demo.faults import draw_faults

PAGE = 100


@dataclass(frozen=True)
class Query:
    """SQL that gives `moment` and `line`, with the values of its parameters."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)


def fetch_lines(con: duckdb.DuckDBPyConnection, query: Query, run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Run a query; give day numbers and lines."""
    table = con.execute(query.text, query.values).to_arrow_table()
    return find_days(table.column("moment").to_numpy(), run.period), table.column("line").to_numpy()


def write_lines(con: duckdb.DuckDBPyConnection, run: Run, pattern: str, query: Query, kind: str) -> None:
    """Write one file of lines per parcel."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        write_parcel(run, pattern, parcel, join_rows(lines[parcel.rows], kind, rng, run.noise))


def write_table(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    pattern: str,
    header: str,
    query: Query,
    encoding: str = "utf-8",
    rename: Callable[[str], str] = str,
) -> None:
    """Write one delimited file with its header per parcel."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        body = join_rows(lines[parcel.rows], "csv", rng, run.noise, encoding)
        write_parcel(run, pattern, parcel, header.encode(encoding) + b"\n" + body, rename)


def write_pages(
    con: duckdb.DuckDBPyConnection, run: Run, pattern: str, query: Query, wrap: Callable[[str, int, int], str]
) -> None:
    """Write pages of up to 100 elements; `wrap` gets the joined elements, the page's number and how many follow."""
    day, lines = fetch_lines(con, query, run)
    rng = open_stream(run.seed, f"faults {pattern}")
    for parcel in schedule(run, pattern, day):
        write_parcel_pages(run, pattern, parcel, lines, rng, wrap)


def write_parcel_pages(
    run: Run,
    pattern: str,
    parcel: Parcel,
    lines: np.ndarray,
    rng: np.random.Generator,
    wrap: Callable[[str, int, int], str],
) -> None:
    """Write the pages of one parcel; one that is not whole has its last page cut off."""
    chosen = lines[parcel.rows].tolist()
    faults = draw_faults(chosen, "element", rng, run.noise)
    for spot in sorted(faults, reverse=True):
        chosen.insert(spot + 1, faults[spot].decode())
    pages = max(1, -(-len(chosen) // PAGE))
    for number in range(1, pages + 1):
        content = wrap(",".join(chosen[(number - 1) * PAGE : number * PAGE]), number, pages - number).encode()
        if not parcel.whole and number == pages:
            content = content[: len(content) * 2 // 3]
        write_parcel(run, pattern, parcel, content, partial(_number, page=number))


def join_rows(lines: np.ndarray, kind: str, rng: np.random.Generator, noise: float, encoding: str = "utf-8") -> bytes:
    """Encode rows, each ended by a line feed, with broken ones in between; whole stretches at a time."""
    rows = lines.tolist()
    faults = draw_faults(rows, kind, rng, noise, encoding)
    parts, start = [], 0
    for spot in [*faults, len(rows) - 1]:
        stretch = rows[start : spot + 1]
        if stretch:
            parts.append(("\n".join(stretch) + "\n").encode(encoding, errors="replace"))
        if spot in faults:
            parts.append(faults.pop(spot) + b"\n")
        start = spot + 1
    return b"".join(parts)


def _number(name: str, page: int) -> str:
    day, suffix = name[:10], name[10:]
    return f"{day}-{page:03d}{suffix}"
