"""Judged data sets as measurements and as a table."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.identity.dataset import Dataset
from benchmarks.identity.engines import EXAMPLES, OURS, RULES, STRONG, Run
from benchmarks.identity.judging import CEILING, Judgement
from benchmarks.identity.report import list_exponents, list_measurements
from benchmarks.identity.table import print_group

DATASET = Dataset("demo 10k", Path("nowhere"), "demo by size", 10_000)


def judged(engine, f1, seconds=1.0, records=None):
    scores = {
        "pair_precision": f1, "pair_recall": f1, "pair_f1": f1, "bcubed_precision": f1, "bcubed_recall": f1,
        "bcubed_f1": f1, "largest_cluster": 9,
    }  # fmt: skip
    pairs = {0.5: {"precision": f1, "recall": f1, "f1": f1}} if engine != CEILING else {}
    return Judgement(Run(engine, seconds, 2**20, 100), {0.5: scores}, pairs)


OURS_JUDGED = judged(OURS, 0.9, 2.0)
FAILED = Judgement(Run(RULES, failure="not finished in 30 min"))
JUDGEMENTS = [OURS_JUDGED, judged(EXAMPLES, 0.7, 4.0), judged(STRONG, 0.8, 10.0), FAILED]


@pytest.fixture(scope="module")
def found():
    measurements = list_measurements(DATASET, JUDGEMENTS, judged(CEILING, 0.95))
    return {(each.measure, each.peer): each.peer_value for each in measurements}


@pytest.mark.parametrize(
    ("measure", "peer", "value"),
    [
        pytest.param("demo 10k: wall time", "the fastest Splink", 4.0, id="time against the fastest"),
        pytest.param("demo 10k: cluster F1", "the best Splink", 0.8, id="F1 against the best"),
        pytest.param("demo 10k: wall time", "Splink strong", 10.0, id="time against each"),
        pytest.param("demo 10k: cluster F1", "Splink examples", 0.7, id="F1 against each"),
        pytest.param("demo 10k: cluster F1", "supervised ceiling", 0.95, id="F1 against the ceiling"),
        pytest.param("demo 10k: wall time", "Splink our rules", None, id="a peer that did not finish"),
    ],
)
def test_measurements(found, measure, peer, value):
    assert found[measure, peer] == value


def test_the_ceiling_has_no_cost(found):
    assert ("demo 10k: wall time", "supervised ceiling") not in found


def test_exponents_leave_out_what_did_not_finish():
    sizes = [10_000, 99_998, 999_990]
    growth = [
        (
            Dataset("demo", Path(), "", size),
            [judged(OURS, 1, size / 1e4), judged(EXAMPLES, 1, (size / 1e4) ** 2), FAILED],
        )
        for size in sizes
    ]
    (all_sizes,), (large,) = list_exponents(growth), list_exponents(growth[1:], 100_000)
    assert (all_sizes.value, all_sizes.peer_value) == (pytest.approx(1.0), pytest.approx(2.0))
    assert large.measure.endswith("from 100k")
    assert list_exponents(growth[:1]) == []


def test_the_table_tells_why_a_peer_has_no_figures():
    console = Console(width=140, record=True, file=io.StringIO())
    print_group(console, "demo by size", [(DATASET, [*JUDGEMENTS, judged(CEILING, 0.95)])])
    text = console.export_text()
    assert "demo 10k, Splink our rules: not finished in 30 min" in text
    assert "0.50" in next(line for line in text.splitlines() if line.startswith("Splink examples"))  # 2 s against 4 s
    assert "-0.050" in next(line for line in text.splitlines() if line.startswith("supervised ceiling"))
    assert "…" not in text
