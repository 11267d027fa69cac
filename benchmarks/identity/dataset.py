"""A data set of the benchmark: a folder that every engine reads.

records.parquet and identifiers.parquet hold what the engines see; truth.parquet (record_id, person_id) is read by the
judge alone. ceiling.parquet (record_id, customer_id), where there is one, is judged beside the engines.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Dataset:
    """One data set. group: the table it is printed in; link_only: two files without duplicates of their own."""

    name: str
    folder: Path
    group: str
    records: int
    link_only: bool = False


def open_dataset(name: str, folder: Path, group: str, *, link_only: bool = False) -> Dataset:
    """The data set of a folder that has been prepared."""
    with duckdb.connect() as con:
        row = con.execute(f"select count(*) from '{folder / 'records.parquet'}'").fetchone()
    return Dataset(name, folder, group, int(row[0]) if row else 0, link_only)
