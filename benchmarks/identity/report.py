"""The figures of judged data sets as measurements: per peer, and against the fastest and the best of them."""

from collections.abc import Callable

from benchmarks.identity.cuts import spell_size
from benchmarks.identity.dataset import Dataset
from benchmarks.identity.engines import OURS
from benchmarks.identity.growth import fit_exponent
from benchmarks.identity.judging import Judgement
from benchmarks.measurement import Measurement

Judged = list[tuple[Dataset, list[Judgement]]]

_CLUSTER_SCORES = {
    "cluster precision": "pair_precision",
    "cluster recall": "pair_recall",
    "cluster F1": "pair_f1",
    "B-cubed precision": "bcubed_precision",
    "B-cubed recall": "bcubed_recall",
    "B-cubed F1": "bcubed_f1",
    "largest cluster": "largest_cluster",
}
_COSTS: dict[str, tuple[str, Callable[[Judgement], float]]] = {
    "wall time": ("s", lambda each: each.run.seconds),
    "peak memory": ("MiB", lambda each: each.run.peak_bytes / 2**20),
    "pairs compared": ("", lambda each: each.run.pairs),
}


def list_measurements(dataset: Dataset, judgements: list[Judgement], ceiling: Judgement | None) -> list[Measurement]:
    """All figures of one data set; a peer that did not finish stands there without a value."""
    ours = next(each for each in judgements if each.run.engine == OURS)
    peers = [each for each in judgements if each.run.engine != OURS and each.clusters]
    named = [(each.run.engine.name, each, tuple(_COSTS)) for each in peers]
    if peers:
        fastest = min(peers, key=lambda each: each.run.seconds)
        best = max(peers, key=lambda each: each.best_clusters["pair_f1"])
        named += [("the fastest Splink", fastest, ("wall time", "peak memory")), ("the best Splink", best, ())]
    if ceiling:
        named.append((ceiling.run.engine.name, ceiling, ()))
    found = [
        Measurement(f"{dataset.name}: wall time", ours.run.seconds, "s", each.run.engine.name)
        for each in judgements
        if each.run.failure
    ]
    for peer, judgement, costs in named:
        for measure in costs:
            unit, cost = _COSTS[measure]
            found.append(Measurement(f"{dataset.name}: {measure}", cost(ours), unit, peer, cost(judgement)))
        if peer != "the fastest Splink":
            found.extend(_list_scores(dataset.name, ours, peer, judgement))
    return found


def _list_scores(name: str, ours: Judgement, peer: str, judgement: Judgement) -> list[Measurement]:
    mine, theirs = ours.best_clusters, judgement.best_clusters
    found = [
        Measurement(f"{name}: {measure}", mine[key], "", peer, theirs[key]) for measure, key in _CLUSTER_SCORES.items()
    ]
    if ours.best_pairs and judgement.best_pairs:
        found += [
            Measurement(f"{name}: pair {key}", ours.best_pairs[key], "", peer, judgement.best_pairs[key])
            for key in ("precision", "recall", "f1")
        ]
    return found


def list_exponents(judged: Judged, least: int = 0) -> list[Measurement]:
    """Exponent of time against records, from data sets of about so many on: ours beside each peer that finished two."""
    times: dict[str, list[tuple[int, float]]] = {}
    for dataset, judgements in judged:
        for each in judgements:
            # A cut ends with a whole person, so it has a little less than its name says.
            if each.run.seconds and dataset.records >= 0.9 * least:
                times.setdefault(each.run.engine.name, []).append((dataset.records, each.run.seconds))
    exponents = {name: fit_exponent(*zip(*points, strict=True)) for name, points in times.items()}
    ours = exponents.pop(OURS.name, None)
    if ours is None:
        return []
    measure = "demo: exponent of time against records" + (f", from {spell_size(least)}" if least else "")
    found = [Measurement(measure, ours, "", name, value) for name, value in exponents.items() if value is not None]
    return found or [Measurement(measure, ours)]
