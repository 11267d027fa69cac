"""An explanation as a web page: one file with its picture in it, nothing fetched from anywhere.

In: the evidence of a pair or a customer. Out: HTML that is also well-formed XML. It shows record ids, sources, levels
and bits: no value of a record, no note, and no source's own key, which can be a phone number.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from identity.explanation import Bridge, Explanation
from pipeline.customer_picture import draw_customer_picture
from pipeline.evidence import CustomerEvidence, Decision, PairEvidence, RecordName, ReviewRow
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
from pipeline.markup import XHTML, add, write_markup
from pipeline.waterfall_picture import draw_waterfall_picture

# Nothing may be fetched or run, whoever may have changed the file.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1c2430; --faint: #5d6878; --line: #d5dbe3;
  --for: #1a7f4b; --against: #c4372d; --sum: #2f62b5; --decided: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --page: #14181f; --text: #e6eaf0; --faint: #9aa6b6; --line: #333c49;
  --for: #45b97c; --against: #f0776c; --sum: #82aef5; --decided: #e0a83c; } }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.scroll { overflow-x: auto; } svg { max-width: 100%; min-width: 36rem; height: auto; display: block; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem .9rem .25rem 0; vertical-align: top; }
th { border-bottom: 1px solid var(--line); } td.number, th.number { text-align: right; }
td.id, p.id, svg .id { font-family: ui-monospace, monospace; font-size: .85rem; }
.facts td:first-child { color: var(--faint); white-space: nowrap; }
.faint { color: var(--faint); } .weak { color: var(--against); }
svg text { fill: var(--text); font-size: 13px; } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg text.level, svg text.tick, svg text.id { fill: var(--faint); } svg text.tick, svg text.id { font-size: 11px; }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--text); } svg .joint { stroke: var(--faint); }
svg .for rect { fill: var(--for); } svg .against rect { fill: var(--against); } svg .prior rect { fill: var(--faint); }
svg .sum rect { fill: var(--sum); } svg .sum text { font-weight: 600; }
svg path { fill: none; stroke: var(--for); stroke-linecap: round; } svg path.weakest { stroke: var(--against);
  stroke-dasharray: 8 7; } svg path.decided { stroke: var(--decided); stroke-dasharray: 1 7; }
svg path.likely { stroke: var(--faint); opacity: .45; } svg path.against { stroke: var(--against); opacity: .3; }
svg .record { fill: var(--sum); } svg text.weak { fill: var(--against); font-weight: 600; }
"""
READING = (
    "One bit more doubles the odds that it is one person. The waterfall begins at the odds of any two records (prior) "
    "and ends at the odds of these two; right of zero, one person is likelier than two. “household” takes off what "
    "two people of one family would share as well."
)


class PageExists(ValueError):
    """The file to be written is there already, or is a folder; the text says what to do."""


def check_page(path: Path, *, replace: bool) -> None:
    """PageExists when the page cannot be written there."""
    if path.is_dir():
        raise PageExists(f"{path} is a folder: name a file to write to")
    if path.exists() and not replace:
        raise PageExists(f"{path} exists: name another file, or say --force to replace it")


def write_page(path: Path, page: str, *, replace: bool) -> None:
    """Write the page in one step, and only over another file when told to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not replace:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(page)
        except FileExistsError:
            check_page(path, replace=False)
            raise
        return
    building = path.with_name(f"{path.name}.{os.getpid()}.building")
    building.write_text(page, encoding="utf-8")
    building.replace(path)


def pair_page(found: PairEvidence) -> str:
    """The page of two records: waterfall and table, or the path between them."""
    pair = f"{found.left.record_id} and {found.right.record_id}"
    page, body = _start(f"Evidence between {pair}")
    _add_records(body, (found.left, found.right))
    add(body, "p", _sentence(describe_customers(found)))
    _add_decisions(body, [found.decision] if found.decision else [])
    if not is_applied(found):
        add(body, "p", _sentence(NOT_APPLIED))
    _add_review(body, found.review)
    if found.explanation:
        _add_explanation(body, found.explanation)
    elif found.path:
        add(body, "p", "No link is stored between these two records. The strongest way from one to the other:")
        way = [found.path[0].record_id_l, *(bridge.record_id_r for bridge in found.path)]
        weakest = min((each for each in found.path if not each.decided), key=_weight, default=None)
        _add_picture(body, draw_customer_picture(pair, found.on_the_way, (way, ()), found.path, weakest))
        _add_bridges(body, found.path, weakest)
    else:
        add(body, "p", "No link is stored between these two records.")
    return write_markup(page)


def customer_page(found: CustomerEvidence) -> str:
    """The page of a customer: its records and links as a graph, and as tables."""
    told = found.explanation
    page, body = _start(f"Evidence of customer {told.customer_id}")
    add(body, "p", count(told.records, "record"))
    if told.records > 1:
        columns = told.sides if told.weakest else (tuple(each.record_id for each in found.records), ())
        picture = draw_customer_picture(
            f"customer {told.customer_id}", found.records, columns, told.tree, told.weakest, told.links, told.threshold
        )
        _add_picture(body, picture)
    if told.weakest:
        add(body, "h2", "Weakest bridge")
        add(body, "p", f"{' and '.join(told.weakest.ends)}, {spell_bits(told.weakest.match_weight)} bits", class_="id")
        facts = add(body, "table", class_="facts")
        for name, fact in describe_weakest(told, told.weakest):
            row = add(facts, "tr")
            add(row, "td", name)
            add(row, "td", fact)
    if told.tree:
        add(body, "h2", "Links that hold it together, weakest last")
        _add_bridges(body, told.tree, told.weakest)
    if told.unlinked:
        add(body, "p", f"No stored link or decision joins these to the rest: {', '.join(told.unlinked)}")
    add(body, "h2", "Records")
    _add_records(body, found.records)
    _add_review(body, found.review)
    _add_decisions(body, found.decisions)
    return write_markup(page)


def _start(title: str) -> tuple[Element, Element]:
    """A page with its head, and its empty body."""
    page = Element("html", {"xmlns": XHTML, "lang": "en"})
    head = add(page, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", http_equiv="Content-Security-Policy", content=POLICY)
    add(head, "title", title)
    add(head, "style", STYLE)
    body = add(page, "body")
    add(body, "h1", title)
    return page, body


def _add_explanation(body: Element, found: Explanation) -> None:
    add(body, "p", _sentence(describe_weight(found)))
    _add_picture(body, draw_waterfall_picture(found))
    add(body, "p", READING, class_="faint")
    head = ("comparison", "level", "bits", "total", "of pairs of one person", "of any two records")
    rows = [["prior", "any two records", spell_bits(found.prior), spell_bits(found.prior), "", ""]]
    for line in found.lines:
        total = spell_bits(found.prior + line.total)
        shares = _spell_share(line.same), _spell_share(line.random)
        rows.append([line.comparison, line.level, spell_bits(line.bits), total, *shares])
    add(body, "h2", "Comparison by comparison")
    _add_table(body, head, rows)
    if found.missing:
        add(body, "p", f"Nothing to compare: {', '.join(found.missing)}")
    if found.epoch:
        add(body, "p", f"Weights of epoch {found.epoch}", class_="faint")


def _add_picture(body: Element, picture: Element) -> None:
    add(body, "div", class_="scroll").append(picture)


def _add_bridges(body: Element, bridges: Iterable[Bridge], weakest: Bridge | None) -> None:
    rows = []
    for each in bridges:
        numbers = spell_bits(each.match_weight), spell_probability(each.match_probability)
        rows.append([*each.ends, *numbers, describe_bridge(each) + (" (weakest)" if each is weakest else "")])
    _add_table(body, ("record", "record", "bits", "probability", "rests on"), rows)


def _add_records(body: Element, records: Iterable[RecordName]) -> None:
    _add_table(body, ("record", "source", "stream"), [[each.record_id, each.source, each.stream] for each in records])


def _add_review(body: Element, review: Sequence[ReviewRow]) -> None:
    if not review:
        return
    add(body, "h2", "Waits for a steward")
    head = ("record", "record", "bits", "why", "customer", "customer")
    _add_table(body, head, [
        [each.record_id_l, each.record_id_r, spell_bits(each.match_weight), f"{each.kind}: {each.detail}",
         each.customer_id_l or "", each.customer_id_r or ""]
        for each in review
    ])  # fmt: skip


def _add_decisions(body: Element, decisions: Sequence[Decision]) -> None:
    """Who decided stays in the warehouse, as the note does: the page may be passed on."""
    if not decisions:
        return
    add(body, "h2", "A steward decided")
    _add_table(body, ("record", "record", "that they", "on"), [
        [each.record_id_l, each.record_id_r, describe_verdict(each.verdict), f"{each.decided_at:%Y-%m-%d}"]
        for each in decisions
    ])  # fmt: skip


def _add_table(body: Element, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = add(add(body, "div", class_="scroll"), "table")
    numbers = {"bits", "total", "probability", "of pairs of one person", "of any two records"}
    classes = ["number" if name in numbers else "id" if name in ("record", "customer") else "" for name in head]
    line = add(add(table, "thead"), "tr")
    for name, kind in zip(head, classes, strict=True):
        add(line, "th", name, scope="col", class_=kind)
    filled = add(table, "tbody")
    for row in rows:
        line = add(filled, "tr")
        for cell, kind in zip(row, classes, strict=True):
            add(line, "td", cell, class_=kind)


def _spell_share(share: float | None) -> str:
    """A share of pairs in per cent, with two digits that count."""
    return "" if share is None else f"{share * 100:.2g} %"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _weight(bridge: Bridge) -> float:
    return bridge.match_weight or 0.0
