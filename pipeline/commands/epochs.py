"""Epochs on a terminal: the list of them, and what would change under another one.

In: what pipeline/train.py found and a console. Out: text with names, counts, record ids, sources and customer ids; no
value of a record.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.epoch_comparison import EpochComparison, Example, Segment, State, Weight
from pipeline.epochs import KnownEpoch
from pipeline.explanation_text import count
from pipeline.train import EpochList
from pipeline.waterfall import plain_table

# What it is called for people that a stage has changed something.
_NEWS = {"standardise": "new records", "decide": "decisions", "train": "another epoch"}


def print_epochs(console: Console, found: EpochList) -> None:
    """One row per epoch, and what its columns mean."""
    table = plain_table("epochs, the newest first")
    for name in ("epoch", "learned (UTC)"):
        table.add_column(name, no_wrap=True)
    for name in ("records", "drift", "threshold"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status")
    for each in found.epochs:
        table.add_row(
            each.epoch,
            f"{each.learned_at:%Y-%m-%d %H:%M}",
            f"{each.records:,}",
            f"{(found.records - each.records) / max(each.records, 1):+.1%}",
            f"{each.threshold:+.1f}",
            _spell_status(each, found.usable),
            style="bold" if each.status == "current" else None,
        )
    console.print(table)
    _say(console, f"\ndrift: how many more or fewer records there are now ({found.records:,}) than it was learned from")
    _say(console, "threshold: bits at which a pair is as likely one person as not")
    if any(each.epoch not in found.usable for each in found.epochs):
        _say(
            console,
            "unusable: learned with other settings or another version of DuckDB, or so old that its values went",
        )
    if found.waiting:
        _say(console, f"waiting for `guiyi run`: {_list_news(found.waiting)}", style="yellow")


def print_comparison(console: Console, found: EpochComparison) -> None:
    """Both sides, then what would change, then examples."""
    if found.waiting:
        text = f"{_list_news(found.waiting)} came since the last run, so not all of this is the epoch's doing"
        _say(console, f"{text}; `guiyi run` first tells them apart\n", style="yellow")
    _print_sides(console, found.before, found.after)
    _print_weights(console, found.weights)
    if found.changes_nothing:
        _say(console, "every record keeps its company: who is who stays as it is", style="bold")
        return
    _say(console, _describe_changes(found), style="bold")
    console.print()
    _print_segments(console, found.segments)
    _print_merges(console, found.merges, found.merged_into)
    _print_splits(console, found.splits, found.split)


def _print_sides(console: Console, before: State, after: State) -> None:
    table = plain_table("what is in force, and what would be")
    table.add_column("")
    for name in ("before", "after"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row("epoch", before.epoch or "none", after.epoch or "none")
    table.add_row("threshold, bits", *(f"{each.threshold or 0:+.1f}" for each in (before, after)))
    for label, field in (
        ("records", "records"),
        ("customers", "customers"),
        ("largest customer, records", "largest_customer"),
        ("waiting for a steward", "review"),
        ("decisions not followed", "contradicted"),
    ):
        table.add_row(label, *(f"{getattr(each, field):,}" for each in (before, after)))
    console.print(table)
    console.print()


def _print_weights(console: Console, weights: Iterable[Weight]) -> None:
    table = plain_table("weights that moved most, bits")
    for name in ("comparison", "level"):
        table.add_column(name, overflow="fold")
    for name in ("before", "after", "moved"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in weights:
        moved = (each.after or 0.0) - (each.before or 0.0)
        table.add_row(each.comparison, each.level, _spell(each.before), _spell(each.after), f"{moved:+.1f}")
    if table.row_count:
        console.print(table)
    else:
        _say(console, "no weight moved by a tenth of a bit")
    console.print()


def _describe_changes(found: EpochComparison) -> str:
    facts = []
    if found.merged:
        facts.append(f"{found.merged:,} customers become {found.merged_into:,}")
    if found.split:
        fall = "falls" if found.split == 1 else "fall"
        facts.append(f"{count(found.split, 'customer')} {fall} apart into {found.split_into:,}")
    change = "changes" if found.records_regrouped == 1 else "change"
    return "; ".join([*facts, f"{count(found.records_regrouped, 'record')} {change} company"])


def _print_segments(console: Console, segments: Iterable[Segment]) -> None:
    table = plain_table("members of segments whose customer changes")
    table.add_column("segment", overflow="fold")
    for name in ("members", "affected", "merged", "split"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in segments:
        table.add_row(
            each.segment, *(f"{number:,}" for number in (each.members, each.affected, each.merged, each.split))
        )
    if table.row_count:
        console.print(table)
        console.print()


def _print_merges(console: Console, examples: tuple[Example, ...], total: int) -> None:
    table = _example_table(f"merges: customers that become one, {len(examples)} of {total:,}", "customer now")
    for number, example in enumerate(examples, 1):
        customers = list(dict.fromkeys(each.customer_id for each in example.shown))
        for at, customer in enumerate(customers):
            records = (f"{each.record_id} {each.source}" for each in example.shown if each.customer_id == customer)
            table.add_row(str(number) if at == 0 else "", customer, "\n".join(records))
        _add_rest(table, example, example.customers - len(customers))
    if examples:
        console.print(table)
        console.print()


def _print_splits(console: Console, examples: tuple[Example, ...], total: int) -> None:
    table = _example_table(f"splits: customers that fall apart, {len(examples)} of {total:,}", "customer now", "part")
    for number, example in enumerate(examples, 1):
        parts = list(dict.fromkeys(each.part for each in example.shown))
        for at, part in enumerate(parts):
            records = (f"{each.record_id} {each.source}" for each in example.shown if each.part == part)
            head = (str(number), example.shown[0].customer_id) if at == 0 else ("", "")
            table.add_row(*head, str(part), "\n".join(records))
        _add_rest(table, example, example.parts - len(parts))
    if examples:
        console.print(table)
        console.print()


def _example_table(title: str, *columns: str) -> Table:
    table = plain_table(title)
    table.add_column("", justify="right")
    for name in columns:
        table.add_column(name, no_wrap=True)
    table.add_column("records, source", overflow="fold")
    return table


def _add_rest(table: Table, example: Example, groups: int) -> None:
    """How much of a large example is not shown."""
    if rest := example.records - len(example.shown):
        cells = [""] * (len(table.columns) - 1)
        table.add_row(*cells, f"and {rest:,} more records" + (f", {groups:,} more groups" if groups else ""))


def _spell_status(epoch: KnownEpoch, usable: frozenset[str]) -> str:
    facts = [epoch.status, "pinned" if epoch.pinned else "", "" if epoch.epoch in usable else "unusable"]
    return ", ".join(filter(None, facts))


def _spell(bits: float | None) -> str:
    return "" if bits is None else f"{bits:+.1f}"


def _list_news(stages: Iterable[str]) -> str:
    return ", ".join(_NEWS.get(stage, stage) for stage in stages)


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(Text(text), style=style, highlight=False)
