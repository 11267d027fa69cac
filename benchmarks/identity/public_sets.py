"""The public tables: staged as `guiyi link` stages them, so that both engines see the same cleaned columns.

In: ../shared/data/er beside the checkout, where there is one. Out: a folder per table with the data set's files.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.measurement import run_process

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "er"


@dataclass(frozen=True)
class PublicTable:
    """A table, the column of its ids, and the SQL expression over its columns that tells the person."""

    name: str
    file: str
    record: str
    person: str

    @property
    def path(self) -> Path:
        """Where the table is, if it is there."""
        return SHARED / self.file


TABLES = (
    PublicTable("fake_1000", "fake_1000/fake_1000.csv", "unique_id", '"cluster"'),
    PublicTable("febrl3", "febrl3/dataset3.csv", "rec_id", r"regexp_extract(rec_id, '^rec-(\d+)-', 1)"),
)


def stage_table(table: PublicTable, folder: Path) -> None:
    """Write the data set's files anew: cleaning may have changed."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping = HERE / "maps" / f"{table.name}.toml"
    run_process([sys.executable, "-m", "benchmarks.peers.guiyi_link", str(table.path), str(mapping), str(folder)])
    (folder / "keys.parquet").unlink(missing_ok=True)
    with duckdb.connect() as con:
        con.execute(
            f"copy (select trim({table.record}::varchar) as record_id, {table.person}::varchar as person_id "
            f"from read_csv($path, all_varchar = true)) to '{folder / 'truth.parquet'}' (format parquet)",
            {"path": str(table.path)},
        )
