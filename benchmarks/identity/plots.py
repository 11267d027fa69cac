"""The plots: F1 against threshold, and time against records. Drawn in the peers' environment, where matplotlib is.

In: judged data sets. Out: PNG and SVG files beside bench/identity.json.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.identity.judging import Judgement
from benchmarks.identity.report import Judged

_PROGRAM = Path(__file__).parents[1] / "peers" / "plots.py"


def draw_plots(python: str, out: Path, groups: dict[str, Judged], growth: Judged) -> None:
    """Draw a plot of thresholds per group, and the one of growth."""
    thresholds = {
        group: [
            {"name": dataset.name, "engines": [_curves(each) for each in judgements if each.clusters]}
            for dataset, judgements in judged
        ]
        for group, judged in groups.items()
    }
    data = {"thresholds": thresholds, "growth": _points(growth)}
    path = out / "identity-plots.json"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    subprocess.run([python, str(_PROGRAM), str(path), str(out)], check=True)


def _curves(judgement: Judgement) -> dict[str, Any]:
    return {
        "name": judgement.run.engine.name,
        "clusters": [[threshold, scores["pair_f1"]] for threshold, scores in judgement.clusters.items()],
        "pairs": [[threshold, scores["f1"]] for threshold, scores in judgement.pairs.items()],
    }


def _points(growth: Judged) -> dict[str, list[list[float]]]:
    points: dict[str, list[list[float]]] = {}
    for dataset, judgements in growth:
        for each in judgements:
            if each.run.seconds:
                points.setdefault(each.run.engine.name, []).append([dataset.records, each.run.seconds])
    return points
