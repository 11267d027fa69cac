"""Whether a probability means what it says: of the links scored 0.9, nine in ten should be one person.

In: a data set's folder with our scored links, and its truth. Out: bins of match_probability, printed and as
measurements.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.identity.engines import OURS
from benchmarks.measurement import Measurement

EDGES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


@dataclass(frozen=True)
class Bin:
    """Links of low <= match_probability < high (the last bin holds 1 too). share: of them that are one person."""

    low: float
    high: float
    pairs: int
    probability: float
    share: float

    @property
    def name(self) -> str:
        """0.9-0.99."""
        return f"{self.low:g}-{self.high:g}"


def measure_reliability(console: Console, name: str, folder: Path) -> list[Measurement]:
    """Print the table of one data set and return its figures."""
    bins = list_bins(folder)
    table = Table(title=f"reliability, {name}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    for column in ("match_probability", "pairs", "mean", "one person"):
        table.add_column(column, justify="right")
    for each in bins:
        table.add_row(each.name, f"{each.pairs:,}", f"{each.probability:.4f}", f"{each.share:.4f}")
    console.print(table)
    found = []
    for each in bins:
        measure = f"{name}: links of match_probability {each.name}"
        found.append(Measurement(f"{measure}: pairs", each.pairs))
        found.append(Measurement(f"{measure}: one person", each.share, "", "match_probability", each.probability))
    return found


def list_bins(folder: Path) -> list[Bin]:
    """The bins that hold any link whose records both have a truth."""
    case = " ".join(f"when match_probability < {high} then {number}" for number, high in enumerate(EDGES[1:-1]))
    with duckdb.connect() as con:
        rows = con.execute(f"""
            select case {case} else {len(EDGES) - 2} end as bin, count(*), avg(match_probability),
                avg((l.person_id = r.person_id)::integer)
            from '{folder / OURS.key}_pairs.parquet'
            join '{folder / "truth.parquet"}' l on l.record_id = record_id_l
            join '{folder / "truth.parquet"}' r on r.record_id = record_id_r
            group by bin order by bin
        """).fetchall()
    return [Bin(EDGES[number], EDGES[number + 1], pairs, mean, share) for number, pairs, mean, share in rows]
