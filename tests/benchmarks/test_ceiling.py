"""The supervised ceiling: what its classifier is shown, what comes of its odds, and what truth it reads."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest

from benchmarks.identity.ceiling import find_site_packages
from benchmarks.peers.ceiling import Compared, Supervised, compare, group, list_features
from identity.clustering import Vetoes
from identity.comparisons.base import Comparison, Level, Pairs, missing
from identity.scoring import FrequencyTable, Scorer
from identity.settings import Settings

NONE = np.empty((0, 2), np.int64)
ALL_PAIRS = Pairs(np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32))
# Records 0 and 1 agree, 2 is another one.
LEVELS = np.array([[1], [2], [2]], np.uint8)


class Oracle:
    """A classifier that is told the answer: by default the level of the first comparison."""

    def __init__(self, *chances):
        self.chances = dict(zip((1, 2), chances, strict=True))

    def predict_proba(self, features):
        chance = np.array([self.chances[int(level)] for level in features[:, 0]])
        return np.stack([1 - chance, chance], axis=1)


def scorer(name="name"):
    levels = (missing(), Level("exact", 0.9, 0.1), Level("different", 0.1, 0.9))

    def evaluate(pairs):
        return np.where((pairs.left == 0) & (pairs.right == 1), 1, 2).astype(np.uint8)

    bits = np.array([0.0, 5.0, -3.0], np.float32)
    return Scorer([Comparison(name, levels, evaluate)], (bits,), (bits,), ({},), 0.0, -2.0)


def test_features_are_levels_and_rarity():
    table = FrequencyTable(np.array([0, 1, -1], np.int32), np.array([2.5, -1.0], np.float32))
    found = list_features(replace(scorer(), tables=({1: table},)), ("name",), LEVELS, ALL_PAIRS)
    assert found.tolist() == [[1, 2.5], [2, 0], [2, 0]]


def test_features_do_not_depend_on_our_weights():
    other = replace(scorer(), strangers=(np.array([0.0, 1.0, -9.0], np.float32),), prior=-7.0)
    found = [list_features(each, ("name",), LEVELS, ALL_PAIRS).tolist() for each in (scorer(), other)]
    assert found[0] == found[1]


def test_comparisons_a_table_has_not_are_zero():
    found = list_features(scorer("other"), ("name", "other"), LEVELS[:1], ALL_PAIRS.part(0, 1))
    assert found.tolist() == [[0, 0, 1, 0]]


@pytest.mark.parametrize(
    ("chances", "clusters"),
    [
        pytest.param((0.9, 0.1), [0, 0, 2], id="as the engine would"),
        pytest.param((0.1, 0.1), [0, 1, 2], id="nobody"),
        pytest.param((1.0, 1.0), [0, 0, 0], id="everybody, however sure"),
    ],
)
def test_groups_follow_the_classifier(chances, clusters):
    found = Compared(3, scorer(), ALL_PAIRS, LEVELS, Vetoes(NONE, NONE, ()))
    assert group(found, Oracle(*chances), ("name",)).tolist() == clusters


def test_of_clusters_the_mean_of_the_odds_counts():
    supervised = Supervised(**vars(scorer()), classifier=Oracle(0.75, 0.5), names=("name",))
    evidence = supervised.evidence(LEVELS, ALL_PAIRS, ALL_PAIRS)
    odds = evidence.strangers[:, 0] + evidence.prior
    assert odds.tolist() == pytest.approx([np.log2(3), 0, 0], abs=1e-3)
    assert evidence.takes_best.tolist() == [False]


def test_comparing_needs_no_truth():
    with duckdb.connect() as con:
        con.execute("""
            create table records as
            select 'r' || lpad(n::varchar, 3, '0') as record_id, 'ann' || chr(97 + (n // 2)::integer) as given_name,
                'fox' as family_name, (date '1960-01-01' + (n // 2 * 100)::integer)::varchar as birth_date
            from range(40) t(n)
        """)
        con.execute("create table identifiers (record_id varchar, namespace varchar, issuer varchar, value varchar)")
        found = compare(con, Settings())
    assert (found.records, len(found.pairs)) == (40, 40 * 39 // 2)
    assert found.levels.shape == (len(found.pairs), len(found.scorer.comparisons))


def test_site_packages(tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    assert find_site_packages(str(tmp_path / "bin" / "python")) == packages
