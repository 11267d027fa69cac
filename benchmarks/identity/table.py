"""The printed tables: one row per engine, a section per data set, a table per group of data sets."""

from rich.console import Console
from rich.table import Table

from benchmarks.identity.dataset import Dataset
from benchmarks.identity.engines import OURS
from benchmarks.identity.judging import CEILING, Judgement

_COLUMNS = (
    "engine", "at", "cluster P", "R", "F1", "pair P", "R", "F1", "B³ F1", "largest", "seconds", "MiB", "pairs",
    "time ×", "mem ×", "F1 −",
)  # fmt: skip
_WIDTH = 140
_NOTE = "at: threshold of clusters · pairs: compared · time ×, mem ×: ours over theirs · F1 −: ours less theirs"


def make_console() -> Console:
    """A console wide enough for the tables, also when the output goes to a file."""
    console = Console()
    return console if console.is_terminal and console.width >= _WIDTH else Console(width=_WIDTH)


def print_group(console: Console, group: str, judged: list[tuple[Dataset, list[Judgement]]]) -> None:
    """Print the table of one group."""
    table = Table(title=group, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name == "engine" else "right", no_wrap=True)
    for dataset, judgements in judged:
        table.add_row()
        table.add_row(f"[bold]{dataset.name}[/bold], {dataset.records:,}")
        ours = next((each for each in judgements if each.run.engine == OURS and each.clusters), None)
        for judgement in judgements:
            table.add_row(*_row(judgement, ours))
    console.print(table)
    for dataset, judgements in judged:
        for run in (each.run for each in judgements if each.run.failure):
            console.print(f"{dataset.name}, {run.engine.name}: {run.failure}", highlight=False)
    console.print(_NOTE, highlight=False)


def _row(judgement: Judgement, ours: Judgement | None) -> list[str]:
    run = judgement.run
    if run.failure:
        return [run.engine.name, *("–" for _ in _COLUMNS[1:])]
    clusters, pairs = judgement.best_clusters, judgement.best_pairs
    cells = [run.engine.name, "" if run.engine in (OURS, CEILING) else f"{judgement.threshold:g}"]
    cells += [f"{clusters[name]:.4f}" for name in ("pair_precision", "pair_recall", "pair_f1")]
    cells += [f"{pairs[name]:.4f}" if pairs else "" for name in ("precision", "recall", "f1")]
    cells += [f"{clusters['bcubed_f1']:.4f}", f"{clusters['largest_cluster']:,}"]
    if run.engine == CEILING:
        cells += ["", "", "", "", ""]
    else:
        cells += [f"{run.seconds:,.1f}", f"{run.peak_bytes / 2**20:,.0f}", f"{run.pairs:,}"]
        cells += _ratios(judgement, ours) if ours else ["", ""]
    if ours and run.engine != OURS:
        cells.append(f"{ours.best_clusters['pair_f1'] - clusters['pair_f1']:+.3f}")
    return cells


def _ratios(judgement: Judgement, ours: Judgement) -> list[str]:
    if judgement.run.engine == OURS:
        return ["", ""]
    memory = f"{ours.run.peak_bytes / judgement.run.peak_bytes:.2f}" if judgement.run.peak_bytes else ""
    return [f"{ours.run.seconds / judgement.run.seconds:.2f}", memory]
