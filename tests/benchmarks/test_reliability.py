"""Bins of match_probability: counts, means, and the share that is truly one person."""

import io

import duckdb
import pytest
from rich.console import Console

from benchmarks.identity.reliability import Bin, list_bins, measure_reliability

TRUTH = [("a", "1"), ("b", "1"), ("c", "2"), ("d", "2")]


def write(path, columns, rows):
    with duckdb.connect() as con:
        con.execute(
            f"copy (from (values {', '.join(map(str, rows))}) t({columns})) to '{path}.parquet' (format parquet)"
        )


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "truth", "record_id, person_id", TRUTH)
    return tmp_path


def bins(folder, links):
    write(folder / "guiyi_pairs", "record_id_l, record_id_r, match_probability", links)
    return list_bins(folder)


@pytest.mark.parametrize(
    ("probability", "low", "high"),
    [
        pytest.param(0.0, 0.0, 0.05, id="zero"),
        pytest.param(0.5, 0.5, 0.75, id="the lower edge is in"),
        pytest.param(0.7499, 0.5, 0.75, id="the upper edge is not"),
        pytest.param(0.99, 0.99, 1.0, id="the last lower edge"),
        pytest.param(1.0, 0.99, 1.0, id="one is in the last bin"),
    ],
)
def test_edges(folder, probability, low, high):
    assert bins(folder, [("a", "b", probability)]) == [Bin(low, high, 1, probability, 1.0)]


def test_counts_means_and_shares(folder):
    found = bins(folder, [("a", "b", 0.6), ("a", "c", 0.7), ("c", "d", 0.65), ("b", "d", 0.1)])
    assert [(each.name, each.pairs, each.share) for each in found] == [
        ("0.05-0.25", 1, 0.0),
        ("0.5-0.75", 3, pytest.approx(2 / 3)),
    ]
    assert found[1].probability == pytest.approx(0.65)


def test_records_without_a_truth_are_left_out(folder):
    assert [each.pairs for each in bins(folder, [("a", "b", 0.6), ("a", "unknown", 0.6)])] == [1]


def test_table_and_measurements(folder):
    bins(folder, [("a", "b", 0.6), ("a", "c", 0.6)])
    console = Console(width=100, record=True, file=io.StringIO())
    pairs, share = measure_reliability(console, "demo 100k", folder)
    assert (pairs.measure, pairs.value) == ("demo 100k: links of match_probability 0.5-0.75: pairs", 2)
    assert (share.value, share.peer, share.peer_value) == (0.5, "match_probability", pytest.approx(0.6))
    assert "0.5-0.75" in console.export_text()
