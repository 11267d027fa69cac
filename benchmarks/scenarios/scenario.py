"""A scenario: a table, what its columns mean, and who its records are; and writing it.

In: columns of text and the person of each row. Out: records.csv and map.toml, which the engines get, and truth.parquet
(record_id, person_id), which the judge alone reads. Rows are shuffled and numbered anew, so that neither their order
nor their ids tell anything.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.scenarios.words import Text

Table = dict[str, Text]


@dataclass(frozen=True)
class Scenario:
    """mapping: standard name → column; categories: further columns to compare; link_only: two files, each without
    duplicates of its own (column `file` tells which).
    """

    name: str
    table: Table
    person: npt.NDArray[np.int64]
    mapping: dict[str, str]
    categories: tuple[str, ...] = ()
    link_only: bool = False


def take(table: Table, rows: npt.NDArray[np.int64]) -> Table:
    """The table's rows, in the order given."""
    return {name: values[rows] for name, values in table.items()}


def stack(tables: list[Table]) -> Table:
    """Tables below each other; a column that one lacks is missing there."""
    names = dict.fromkeys(name for table in tables for name in table)
    sizes = [len(next(iter(table.values()))) for table in tables]
    return {
        name: np.concatenate(
            [table.get(name, np.full(size, "", np.str_)) for table, size in zip(tables, sizes, strict=True)]
        )
        for name in names
    }


def write_scenario(scenario: Scenario, folder: Path, seed: int) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    order = np.random.default_rng([seed, 1]).permutation(len(scenario.person))
    ids = pa.array([f"r{number:06d}" for number in range(len(order))])
    columns = {name: pa.array(values.tolist()) for name, values in take(scenario.table, order).items()}
    pa.csv.write_csv(pa.table({"record_id": ids, **columns}), folder / "records.csv")
    (folder / "map.toml").write_text(_write_map(scenario), encoding="utf-8")
    persons = pa.array(scenario.person[order]).cast(pa.string())
    pq.write_table(pa.table({"record_id": ids, "person_id": persons}), folder / "truth.parquet")


def _write_map(scenario: Scenario) -> str:
    lines = ['id = "record_id"', "", "[columns]"]
    lines += [f'{standard} = "{column}"' for standard, column in scenario.mapping.items()]
    for column in scenario.categories:
        lines += ["", "[[comparison]]", f'column = "{column}"', 'kind = "category"']
    return "\n".join(lines) + "\n"
