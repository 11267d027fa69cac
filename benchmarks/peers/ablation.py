"""What each part of the engine is worth: the same records resolved with one thing taken away at a time.

    python -m benchmarks.peers.ablation FOLDER

Prints precision, recall and F1 of the clusters per variant. The parts are replaced in this process alone.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np

from benchmarks.measurement import own_peak_bytes
from identity import grouping, resolution
from identity.comparisons.base import Comparison, Indices, Level, Levels, Pairs, missing
from identity.components import connect
from identity.evaluation import evaluate
from identity.settings import Settings, load_settings
from pipeline.config import load_config

WHOLE = "everything"
EXACT, ELSE = 1, 2

Replaced = AbstractContextManager[Any]


def main(folder: Path) -> None:
    """Every variant."""
    settings = load_settings(load_config().identity_settings)
    scores = {name: measure(folder, settings, take_away()) for name, take_away in VARIANTS.items()}
    json.dump({"peak_bytes": own_peak_bytes(), "scores": scores}, sys.stdout)


def measure(folder: Path, settings: Settings, replaced: Replaced) -> dict[str, float]:
    """Resolve with a part replaced, and judge."""
    with duckdb.connect() as con:
        for name in ("records", "identifiers", "truth"):
            con.execute(f"create view {name} as select * from '{folder / name}.parquet'")
        with replaced:
            resolution.resolve(con, "records", "identifiers", None, settings, explain=False)
        con.execute("create temp view found as select record_id, cluster::varchar as customer_id from identity_cluster")
        found = evaluate(con, "found", "truth")
    return {name: found[f"pair_{name}"] for name in ("precision", "recall", "f1")}


def _without_term_frequency() -> Replaced:
    """Agreeing on a rare value weighs as much as on a common one."""
    return patch("identity.scoring.MOST_FREQUENCY_BITS", 0.0)


def _counting_records() -> Replaced:
    """Rarity is counted by record, not by likely person."""
    return patch.object(resolution, "_second_epoch", lambda con, first, *rest: first)


def _with_two_levels() -> Replaced:
    """Values are the same or not."""
    return _patch_comparisons(reduce_levels)


def _without_households() -> Replaced:
    """Nothing separates members of a household, so learning knows persons and strangers only."""
    return _patch_comparisons(lambda comparison: replace(comparison, separates_household=False))


def _without_broad_rules() -> Replaced:
    """Blocking by sharp rules and identifiers alone."""
    original = resolution.list_rules
    return patch.object(resolution, "list_rules", lambda *given: [rule for rule in original(*given) if not rule.broad])


@contextmanager
def _with_components() -> Iterator[None]:
    """Whoever is connected by links is one customer: no component is cut, none is clustered."""

    def connected(records: int, links: Pairs, odds: grouping.Odds) -> Any:
        return connect(records, links)

    def uncontested(group: Indices, *rest: object) -> Any:
        return np.zeros(int(group.max(initial=-1)) + 1, np.bool_)

    with ExitStack() as stack:
        stack.enter_context(patch.object(grouping, "find_components", connected))
        stack.enter_context(patch.object(grouping, "_find_contested", uncontested))
        yield


@contextmanager
def _with_candidates_only() -> Iterator[None]:
    """Within components, only pairs that share a key are compared."""
    find, list_all = resolution.find_candidates, grouping.list_pairs
    known = np.empty(0, np.int64)

    def remember(*given: Any, **options: Any) -> Any:
        nonlocal known
        candidates = find(*given, **options)
        known = Pairs(candidates.left, candidates.right).packed
        return candidates

    def list_known(component: Any) -> Iterator[Pairs]:
        for pairs in list_all(component):
            yield pairs.take(np.flatnonzero(np.isin(pairs.packed, known)))

    with ExitStack() as stack:
        stack.enter_context(patch.object(resolution, "find_candidates", remember))
        stack.enter_context(patch.object(grouping, "list_pairs", list_known))
        yield


def _patch_comparisons(change: Callable[[Comparison], Comparison]) -> Replaced:
    original = resolution.list_comparisons
    return patch.object(resolution, "list_comparisons", lambda *given: [change(each) for each in original(*given)])


def reduce_levels(comparison: Comparison) -> Comparison:
    """Exact or not. Levels that weigh nothing stay so, and so does a value in common that many carry."""
    levels = comparison.levels
    to = np.full(len(levels), ELSE, np.uint8)
    to[EXACT] = EXACT
    to[[level.silent or level.name == "shared" for level in levels]] = 0
    rest = [level for level, number in zip(levels, to, strict=True) if number == ELSE]
    other = Level("else", sum(level.same for level in rest), sum(level.household for level in rest), most=rest[-1].most)

    def evaluate_two(pairs: Pairs) -> Levels:
        return to[comparison.evaluate(pairs)]

    return replace(comparison, levels=(missing(), levels[EXACT], other), evaluate=evaluate_two)


VARIANTS: dict[str, Callable[[], Replaced]] = {
    WHOLE: ExitStack,
    "no term frequency": _without_term_frequency,
    "frequency by record, not person": _counting_records,
    "levels: exact or else": _with_two_levels,
    "no household kind": _without_households,
    "components, no clustering": _with_components,
    "candidate pairs only in components": _with_candidates_only,
    "no broad rules": _without_broad_rules,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
