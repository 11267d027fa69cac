"""The scenarios: the same for the same seed, of the promised shapes, readable by `guiyi link`, without the truth."""

import csv
import tomllib
from itertools import pairwise

import duckdb
import numpy as np
import pytest

from benchmarks.scenarios.run import SCENARIOS, make_scenario
from benchmarks.scenarios.scenario import write_scenario
from identity.settings import COMPARISON_KINDS
from pipeline.column_map import read_map

EVERY = pytest.mark.parametrize("name", SCENARIOS)


@pytest.fixture(scope="module")
def made():
    return {name: make_scenario(make, 11) for name, make in SCENARIOS.items()}


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folders = {name: tmp_path_factory.mktemp(name.replace(" ", "-")) for name in made}
    for name, scenario in made.items():
        write_scenario(scenario, folders[name], 11)
    return folders


def counts(scenario):
    """Records per person."""
    return np.unique(scenario.person, return_counts=True)[1]


@EVERY
def test_the_same_seed_gives_the_same_files(name, written, tmp_path):
    write_scenario(make_scenario(SCENARIOS[name], 11), tmp_path, 11)
    for file in ("records.csv", "map.toml", "truth.parquet"):
        assert (tmp_path / file).read_bytes() == (written[name] / file).read_bytes()


@EVERY
def test_another_seed_gives_other_records(name, made):
    other = make_scenario(SCENARIOS[name], 12)
    column = next(iter(made[name].mapping.values()))
    assert list(made[name].table[column][:100]) != list(other.table[column][:100])


@pytest.mark.parametrize(
    ("name", "records", "persons", "most"),
    [
        pytest.param("many records each", (35_000, 50_000), 5_000, 40, id="many records each"),
        pytest.param("two files", (10_000, 10_000), 7_000, 2, id="two files"),
        pytest.param("census-like", (18_000, 26_000), None, 4, id="census-like"),
        pytest.param("sparse", (20_000, 20_000), 19_400, 2, id="sparse"),
        pytest.param("very noisy", (8_000, 10_000), 3_000, 5, id="very noisy"),
        pytest.param("Chinese", (11_000, 13_000), 6_000, 4, id="Chinese"),
    ],
)
def test_shapes(name, records, persons, most, made):
    found = counts(made[name])
    assert records[0] <= found.sum() <= records[1]
    assert persons in (None, len(found))
    assert found.max() == most


@EVERY
def test_the_engines_files_do_not_tell_the_truth(name, made, written):
    with (written[name] / "records.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"record_id", *made[name].table}
    with duckdb.connect() as con:
        truth = dict(con.execute(f"from '{written[name] / 'truth.parquet'}' order by record_id").fetchall())
    assert [row["record_id"] for row in rows] == list(truth)
    # Records of one person stand anywhere in the file.
    persons = list(truth.values())
    together = sum(left == right for left, right in pairwise(persons))
    assert together < len(persons) / 100


@EVERY
def test_link_can_read_the_map(name, made, written):
    found = read_map(written[name] / "map.toml", ["record_id", *made[name].table])
    assert set(found.columns) == set(made[name].mapping)
    assert all(entry["kind"] in COMPARISON_KINDS for entry in found.comparisons)
    assert tomllib.loads((written[name] / "map.toml").read_text())["id"] == "record_id"


def test_neither_of_two_files_repeats_a_person(made):
    scenario = made["two files"]
    for file in ("A", "B"):
        here = scenario.person[scenario.table["file"] == file]
        assert len(np.unique(here)) == len(here) == 5_000


def test_census_sources_lack_different_columns(made):
    table = made["census-like"].table
    empty = {
        source: {name for name, values in table.items() if not np.any(values[table["list"] == source])}
        for source in ("census", "parish", "electors", "hospital")
    }
    assert empty == {
        "census": {"postcode", "phone"},
        "parish": {"address", "postcode", "phone"},
        "electors": {"birth", "sex", "town", "phone"},
        "hospital": {"sex", "address", "town"},
    }


def test_very_noisy_values_are_missing_or_wrong_as_often_as_said(made):
    scenario = made["very noisy"]
    values, person = scenario.table["birth_date"], scenario.person
    assert np.mean(values == "") == pytest.approx(0.2, abs=0.02)
    # Two records of a person agree where neither is missing nor wrong, or both got the same wrong value.
    neighbours = (person[1:] == person[:-1]) & (values[1:] != "") & (values[:-1] != "")
    assert np.mean(values[1:][neighbours] == values[:-1][neighbours]) == pytest.approx(0.77**2, abs=0.05)


def test_chinese_names_come_in_hanzi_and_in_pinyin(made):
    names = made["Chinese"].table["name"]
    ascii_share = np.mean([name.isascii() for name in names.tolist()])
    assert ascii_share == pytest.approx(0.28, abs=0.03)
