"""A demo population: exports, ingest, standardise, and the cleaned records as Parquet.

All cuts are made of one population. Another, small one of another seed is there for what may look at a truth before
the figures are taken: the supervised ceiling learns on it, and the ablation runs on it.

In: a folder and a number of persons. Out: records.parquet, identifiers.parquet and truth.parquet in it. What has been
made before is kept, step by step: a million records take about twenty minutes. After a change to the demo or to the
cleaning, remove the folder.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline.config import Config, load_config
from pipeline.demo.exports import write_demo
from pipeline.keys import short_hash_sql
from pipeline.run import run_stage
from warehouse.connection import open_readonly

SEED = 4711
OTHER_SEED, OTHER_PERSONS = 11, 20_000
PERSONS_PER_RECORD = 0.35


def count_persons(records: int) -> int:
    """Persons whose records number about as many as wished."""
    return max(1_000, round(records * PERSONS_PER_RECORD))


def prepare_other(folder: Path, tell: Callable[[str], None]) -> Path:
    """The small population of another seed, in a folder of its own."""
    population = folder / f"population-{OTHER_PERSONS}-seed-{OTHER_SEED}"
    prepare_population(population, OTHER_PERSONS, tell, OTHER_SEED)
    return population


def prepare_population(folder: Path, persons: int, tell: Callable[[str], None], seed: int = SEED) -> None:
    """Make the three files, unless they are there."""
    if all((folder / f"{name}.parquet").exists() for name in ("records", "identifiers", "truth")):
        return
    config = replace(load_config(), home=folder, inbox=folder / "inbox")
    # truth.parquet is the last file the demo writes: without it the exports are not complete.
    if not (config.inbox / "truth.parquet").exists():
        shutil.rmtree(config.inbox, ignore_errors=True)
        tell(f"writing the exports of {persons:,} persons")
        write_demo(config.inbox, customers=persons, seed=seed, progress=lambda text: tell(f"exports: {text}"))
    for stage in ("ingest", "standardise"):
        run_stage(stage, config, progress=lambda text, stage=stage: tell(f"{stage}: {text}"))  # type: ignore[misc]
    _write_files(config, folder)


def _write_files(config: Config, folder: Path) -> None:
    with open_readonly(config.warehouse) as con:
        _copy(con, "select * from standard.record order by record_id", folder / "records.parquet")
        _copy(
            con,
            "select * from standard.identifier where revoked_at is null order by all",
            folder / "identifiers.parquet",
        )
        key = short_hash_sql("source", "stream", "source_record_id")
        _copy(
            con,
            f"select {key} as record_id, person_id from '{config.inbox / 'truth.parquet'}'",
            folder / "truth.parquet",
        )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    # Under another name first: an interrupted run leaves no file that looks complete.
    part = path.with_suffix(".part")
    con.execute(f"copy ({query}) to '{part}' (format parquet)")
    part.replace(path)
