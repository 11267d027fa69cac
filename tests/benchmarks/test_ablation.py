"""Taking parts away: each variant replaces what it names, for its own run only."""

import io

import duckdb
import numpy as np
import pytest
from rich.console import Console

from benchmarks.identity.ablation import list_ablation, print_ablation
from benchmarks.peers.ablation import VARIANTS, WHOLE, measure, reduce_levels
from identity import grouping, resolution, scoring
from identity.comparisons.base import Comparison, Level, Pairs, missing
from identity.settings import Settings

SCORES = {
    "everything": {"precision": 0.9, "recall": 0.9, "f1": 0.9},
    "no broad rules": {"precision": 0.9, "recall": 0.8, "f1": 0.85},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """100 persons with three records each; twins share all but the given name."""
    folder = tmp_path_factory.mktemp("ablation")
    with duckdb.connect() as con:
        con.execute("""
            create table record as
            select 'r' || lpad((3 * person + copy)::varchar, 4, '0') as record_id, person::varchar as person_id,
                chr(97 + person % 23) || 'nn' || chr(97 + person % 7) as given_name,
                'fam' || chr(97 + person // 2 % 26) as family_name,
                (date '1950-01-01' + (person // 2 * 170)::integer)::varchar as birth_date,
                case when copy < 2 then 'City' || person // 2 % 9 end as city
            from (select range::integer as person from range(100)), (select range::integer as copy from range(3))
        """)
        for name, query in {
            "records": "select * exclude (person_id) from record",
            "identifiers": "select record_id, 'email' as namespace, '' as issuer, person_id || '@x.com' as value "
            "from record where city is not null",
            "truth": "select record_id, person_id from record",
        }.items():
            con.execute(f"copy ({query} order by record_id) to '{folder / name}.parquet' (format parquet)")
    return folder


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_runs_and_puts_things_back(name, folder):
    parts = [(resolution, "list_rules"), (resolution, "list_comparisons"), (resolution, "find_candidates"),
             (resolution, "_second_epoch"), (grouping, "list_pairs"), (grouping, "find_components"),
             (grouping, "_find_contested"), (scoring, "MOST_FREQUENCY_BITS")]  # fmt: skip
    before = [getattr(module, part) for module, part in parts]
    found = measure(folder, Settings(), VARIANTS[name]())
    assert 0 < found["f1"] <= 1
    assert [getattr(module, part) for module, part in parts] == before


def shares_of_households(folder, name):
    with duckdb.connect() as con:
        for table in ("records", "identifiers"):
            con.execute(f"create view {table} as select * from '{folder / table}.parquet'")
        with VARIANTS[name]():
            resolution.resolve(con, "records", "identifiers", None, Settings(), explain=False)
        return con.execute("select max(share_household) from identity_model").fetchone()[0]


def test_without_households_their_share_is_zero(folder):
    assert shares_of_households(folder, WHOLE) > 0
    assert shares_of_households(folder, "no household kind") == 0


def test_levels_are_reduced_to_exact_or_else():
    names = ["exact", "shared", "near", "told elsewhere", "different"]
    levels = tuple(Level(name, 0.25, 0.1, silent=name == "told elsewhere") for name in names)
    comparison = Comparison("email", (missing(), *levels), lambda pairs: np.arange(6, dtype=np.uint8))
    found = reduce_levels(comparison)
    assert found.evaluate(Pairs(np.arange(6, dtype=np.int32), np.arange(6, dtype=np.int32))).tolist() == [
        0, 1, 0, 2, 0, 2,
    ]  # fmt: skip
    assert [level.name for level in found.levels] == ["missing", "exact", "else"]
    assert found.levels[2].same == 0.5


def test_table_and_measurements():
    console = Console(width=100, record=True, file=io.StringIO())
    print_ablation(console, "population", SCORES)
    assert "-0.0500" in console.export_text()
    found = {each.measure: (each.value, each.peer, each.peer_value) for each in list_ablation(SCORES)}
    assert found["cluster recall"] == (0.9, "Guiyi, no broad rules", 0.8)
