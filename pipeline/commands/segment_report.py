"""A segment's preview and history as tables on a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.segments.preview import Change, Preview, Share

_REASONS = {
    "without_consent": "no consent",
    "suppressed": "on a suppression list",
    "minors": "a minor",
    "without_address": "no address for the channel",
    "holdout": "held out to measure against",
}


def print_preview(console: Console, seen: Preview) -> None:
    """Counts first, then who they are, then what they share, then ten of them."""
    segment, count = seen.segment, seen.count
    console.print(f"{segment.name}: {segment.title}", style="bold", markup=False, highlight=False)
    console.print(f"for {segment.purpose} by {segment.channel}", highlight=False)
    _print_table(console, "people", ("", "people", "share"), [
        ("members", f"{count.members:,}", ""),
        ("may be contacted", f"{count.consented:,}", _percent(count.consented, count.members)),
        *((f"  withheld: {said}", f"{getattr(count, name):,}", _percent(getattr(count, name), count.members))
          for name, said in _REASONS.items()),
        *_changes(seen),
    ])  # fmt: skip
    for group, shares in seen.groups.items():
        _print_table(console, f"by {group}", (group, "members", "share", "may be contacted"), map(_share, shares))
    _print_table(console, "also in", ("segment", "members", "of this one", "of the other"), (
        (each.segment, f"{each.members:,}", f"{each.share:.1%}", f"{each.share_of_other:.1%}")
        for each in seen.overlaps
    ))  # fmt: skip
    _print_table(console, "ten of them, masked", seen.sample_columns, (
        tuple("" if cell is None else cell for cell in row) for row in seen.sample
    ), left=len(seen.sample_columns))  # fmt: skip


def print_history(console: Console, name: str, changes: Sequence[Change]) -> None:
    """One line a day on which somebody entered or left."""
    if not changes:
        console.print(f"nobody has entered or left {name} yet; `guiyi extract` looks", highlight=False)
        return
    rows = ((each.day, f"{each.entered:,}", f"{each.left:,}", f"{each.members:,}") for each in changes)
    _print_table(console, name, ("day", "entered", "left", "members"), rows)


def _changes(seen: Preview) -> list[tuple[str, str, str]]:
    if seen.entered is None or seen.left is None:
        return []
    return [
        ("entered since the day before", f"{seen.entered:,}", _percent(seen.entered, seen.count.members)),
        ("left since the day before", f"{seen.left:,}", ""),
    ]


def _share(share: Share) -> tuple[str, ...]:
    return (share.name, f"{share.members:,}", f"{share.share:.1%}", f"{share.consented:,}")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _print_table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1
) -> None:
    listed = list(rows)
    if not listed:
        return
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < left else "right")
    for row in listed:
        # Text, not markup: values may hold brackets.
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
