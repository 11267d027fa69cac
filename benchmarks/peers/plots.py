# mypy: ignore-errors
"""The plots of the identity benchmark, from the JSON that benchmarks/identity/plots.py writes.

    python plots.py DATA.json OUT_FOLDER

One figure per group of data sets (F1 of clusters and of pairs against the threshold) and one of time against records,
each as PNG and SVG. Runs in .venv-bench and imports nothing of ours.
"""

import json
import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
# The same input gives the same bytes.
matplotlib.rcParams["svg.hashsalt"] = "guiyi"
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402

OURS = "#c0392b"
PEERS = ("#2c3e50", "#2980b9", "#16a085", "#8e44ad")
TICKS = (0.1, 0.3, 0.5, 0.9, 0.99, 0.999, 0.9999)


def main(data: Path, out: Path) -> None:
    """Draw every figure."""
    found = json.loads(data.read_text(encoding="utf-8"))
    for group, datasets in found["thresholds"].items():
        _save(_draw_thresholds(group, datasets), out / f"identity-threshold-{group.replace(' ', '-')}")
    if found["growth"]:
        _save(_draw_growth(found["growth"]), out / "identity-growth")


def _draw_thresholds(group: str, datasets: list[dict]):
    figure, axes = plt.subplots(
        2, len(datasets), figsize=(3.6 * len(datasets) + 1.4, 6.4), sharex=True, sharey="row", squeeze=False
    )
    colours = _choose_colours(engine["name"] for dataset in datasets for engine in dataset["engines"])
    for column, dataset in zip(axes.T, datasets, strict=True):
        for axis, what in zip(column, ("clusters", "pairs"), strict=True):
            for engine in dataset["engines"]:
                _draw_curve(axis, engine[what], colours[engine["name"]])
            axis.grid(alpha=0.3)
        column[0].set_title(dataset["name"], fontsize=10)
        column[1].set_xticks([_odds(each) for each in TICKS], [f"{each:g}" for each in TICKS], fontsize=7, rotation=45)
        column[1].set_xlabel("threshold of match probability", fontsize=8)
    axes[0][0].set_ylabel("F1 of clusters")
    axes[1][0].set_ylabel("F1 of pairs")
    legend = [Line2D([], [], color=colour, marker="o", label=name) for name, colour in colours.items()]
    figure.legend(handles=legend, loc="lower center", ncols=max(len(legend), 1), fontsize=8, frameon=False)
    figure.suptitle(f"F1 against threshold, {group}", fontsize=11)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    return figure


def _choose_colours(names) -> dict[str, str]:
    """One colour per engine, the same wherever it is drawn: an engine that did not finish leaves a gap."""
    colours = iter(PEERS)
    return {name: OURS if name == "Guiyi" else next(colours) for name in dict.fromkeys(names)}


def _draw_curve(axis, points: list, colour: str) -> None:
    """A curve, or a point with a line across where an engine has one threshold of its own."""
    points = sorted(points)
    x, y = [_odds(threshold) for threshold, _ in points], [score for _, score in points]
    axis.plot(x, y, color=colour, marker="o", markersize=7 if len(points) == 1 else 3)
    if len(points) == 1:
        axis.axhline(y[0], color=colour, linestyle="--", linewidth=0.8)


def _odds(probability: float) -> float:
    return math.log10(probability / (1 - probability))


def _draw_growth(growth: dict[str, list]):
    figure, axis = plt.subplots(figsize=(6.4, 4.6))
    colours = _choose_colours(growth)
    for name, points in growth.items():
        points = sorted(points)
        x, y = [each[0] for each in points], [each[1] for each in points]
        axis.loglog(x, y, color=colours[name], marker="o", label=name)
    axis.set_xlabel("records")
    axis.set_ylabel("seconds: reading, learning, clusters written")
    axis.grid(alpha=0.3, which="both")
    axis.legend(fontsize=8, frameon=False)
    axis.set_title("Time of a resolution against records", fontsize=11)
    figure.tight_layout()
    return figure


def _save(figure, path: Path) -> None:
    figure.savefig(path.with_suffix(".png"), dpi=150, metadata={"Software": None})
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
    plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
