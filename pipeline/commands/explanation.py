"""Explanations on a terminal: of two records, of the path between them, of a customer.

In: the evidence (pipeline/evidence.py) and a console. Out: text with record ids, sources, levels and bits. Values are
printed by `print_values` alone, which is called when a steward asked for them.
"""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from identity.explanation import Bridge, CustomerExplanation, Explanation
from pipeline.evidence import CustomerEvidence, PairEvidence, RecordName, ReviewRow
from pipeline.explanation_text import (
    NOT_APPLIED,
    count,
    describe_bridge,
    describe_customers,
    describe_verdict,
    describe_weakest,
    describe_weight,
    is_applied,
    spell_bits,
    spell_probability,
)
from pipeline.record_values import FieldValues
from pipeline.waterfall import draw_waterfall, plain_table

_ROOMY = 76  # columns of a terminal from which a link's probability has room beside its bits


def print_pair(console: Console, found: PairEvidence) -> None:
    """The waterfall of two records or the path between them, whose they are, and who decided."""
    _say(console, f"{_name(found.left)} and {_name(found.right)}", style="bold")
    _say(console, describe_customers(found))
    if said := found.decision:
        verdict = describe_verdict(said.verdict)
        text = f"{said.decided_by} decided on {said.decided_at:%Y-%m-%d} that they {verdict}"
        _say(console, text if is_applied(found) else f"{text}; {NOT_APPLIED}", style="yellow")
    for row in found.review:
        _say(console, f"waits for a steward: {row.kind}, {row.detail}", style="yellow")
    console.print()
    if found.explanation:
        _print_explanation(console, found.explanation)
    elif found.path:
        _say(console, "no link is stored between these two records; the strongest way from one to the other:\n")
        _print_bridges(console, None, found.path)
    else:
        _say(console, "no link is stored between these two records")


def print_customer(console: Console, found: CustomerEvidence) -> None:
    """A customer's records, the links that hold it together, the weakest of them, and what stewards have to do with."""
    told = found.explanation
    _say(console, f"customer {told.customer_id}: {count(told.records, 'record')}\n", style="bold")
    records = ((each.record_id, each.source, each.stream) for each in found.records)
    _print_rows(console, "records", ("record", "source", "stream"), records)
    if told.tree:
        _print_bridges(console, "links that hold it together, weakest last", told.tree)
    if told.weakest:
        _print_weakest(console, told, told.weakest)
    if told.unlinked:
        _say(console, f"no stored link or decision joins these to the rest: {', '.join(told.unlinked)}\n")
    if found.review:
        _print_review(console, found.review)
    if found.decisions:
        head = ("record", "record", "decided", "by", "on")
        rows = (
            (each.record_id_l, each.record_id_r, each.verdict, each.decided_by, f"{each.decided_at:%Y-%m-%d}")
            for each in found.decisions
        )
        _print_rows(console, "stewards' decisions", head, rows)


def print_values(console: Console, values: Iterable[FieldValues], note: str | None) -> None:
    """Both records' values side by side, and how alike they are."""
    table = plain_table("values")
    for name in ("comparison", "field", "first record", "second record"):
        table.add_column(name, overflow="fold")
    table.add_column("alike", justify="right")
    before = ""
    for each in values:
        alike = "" if each.similarity is None else f"{each.similarity:.2f}"
        sides = (Text(_printable(", ".join(side))) for side in (each.left, each.right))
        table.add_row(each.comparison if each.comparison != before else "", each.field, *sides, alike)
        before = each.comparison
    console.print()
    console.print(table)
    _say(console, "\nalike: 1 is equal, 0 has nothing in common; levels also know nicknames, pinyin and swapped parts")
    if note:
        _say(console, f"the steward's note: {_printable(note)}")


def _print_explanation(console: Console, found: Explanation) -> None:
    console.print(draw_waterfall(found, console.width, ascii_only=console.options.ascii_only))
    console.print()
    if found.missing:
        _say(console, f"nothing to compare: {', '.join(found.missing)}")
    _say(console, describe_weight(found))
    if found.epoch:
        _say(console, f"weights of epoch {found.epoch}")


def _print_bridges(console: Console, title: str | None, bridges: Iterable[Bridge]) -> None:
    table = plain_table(title)
    for name in ("record", "record"):
        table.add_column(name, min_width=16, overflow="fold")
    table.add_column("bits", justify="right", min_width=5)
    roomy = console.width >= _ROOMY
    if roomy:
        table.add_column("probability", justify="right", min_width=11)
    table.add_column("rests on")
    for bridge in bridges:
        chance = [spell_probability(bridge.match_probability)] if roomy else []
        table.add_row(*bridge.ends, spell_bits(bridge.match_weight), *chance, Text(describe_bridge(bridge, 2)))
    console.print(table)
    console.print()


def _print_weakest(console: Console, told: CustomerExplanation, weakest: Bridge) -> None:
    weight = weakest.match_weight or 0.0
    over = weight - told.threshold
    where = f"{abs(over):.1f} {'over' if over >= 0 else 'below'} the threshold"
    _say(console, f"weakest bridge: {' and '.join(weakest.ends)}, {weight:+.1f} bits, {where}", style="bold")
    table = plain_table()
    table.show_header = False
    table.add_column(no_wrap=True)
    table.add_column()
    for name, fact in describe_weakest(told, weakest):
        table.add_row(f"  {name}", Text(fact))
    console.print(table)
    console.print()


def _print_review(console: Console, review: Iterable[ReviewRow]) -> None:
    table = plain_table("waits for a steward")
    for name in ("record", "record"):
        table.add_column(name, min_width=16, overflow="fold")
    table.add_column("bits", justify="right", min_width=5)
    table.add_column("why")
    for row in review:
        customers = "" if row.customer_id_l == row.customer_id_r else f"; {row.customer_id_l} and {row.customer_id_r}"
        why = Text.assemble((row.kind, "yellow"), f": {row.detail}{customers}")
        table.add_row(row.record_id_l, row.record_id_r, spell_bits(row.match_weight), why)
    console.print(table)
    console.print()


def _print_rows(console: Console, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = plain_table(title)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    console.print()


def _name(record: RecordName) -> str:
    return f"{record.record_id} ({record.source}/{record.stream})"


def _printable(text: str) -> str:
    """Without what could steer the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False)
