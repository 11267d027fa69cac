"""A customer as SVG: its records in two columns, the sides of the weakest bridge, and the links between them as arcs.

A link is drawn as wide as its odds; the weakest bridge is dashed, a steward's "same" dotted. Links that speak against
one person are thin. In a column, records stand in the order in which the strongest links lead to them, beginning with
the end of the weakest bridge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from identity.explanation import Bridge
from pipeline.evidence import RecordName
from pipeline.explanation_text import count, spell_bits, spell_probability
from pipeline.markup import add, start_picture

ROW, TOP, LABEL, DOT = 44, 24, 190, 7
MIDDLE, BULGE = 360, 150
WIDEST, FULL_BITS = 8.0, 40.0
MOST_LINKS = 300  # beyond, only the links that hold the customer together are drawn

LEGEND = (
    ("bridge", "link that holds the customer together"),
    ("weakest", "the weakest of them"),
    ("decided", "a steward's “same”"),
    ("likely", "other link over the threshold"),
    ("against", "other link below the threshold"),
)


@dataclass(frozen=True)
class Place:
    """Where a record stands, and on which side: -1 left, 1 right."""

    x: float
    y: float
    side: int


@dataclass(frozen=True)
class Arc:
    """A link to be drawn. kind: one of LEGEND."""

    bridge: Bridge
    kind: str


def draw_customer_picture(
    name: str,
    records: Sequence[RecordName],
    columns: tuple[Sequence[str], Sequence[str]],
    tree: Sequence[Bridge],
    weakest: Bridge | None,
    links: Sequence[Bridge] = (),
    threshold: float = 0.0,
) -> Element:
    """The picture. columns: the records to draw, left and right; links: those besides the tree."""
    arcs = list(_list_arcs(tree, weakest, links, threshold))
    places = _place(columns, tree, weakest.ends if weakest and columns[1] else ())
    kinds = [each for each in LEGEND if any(arc.kind == each[0] for arc in arcs)]
    height = TOP + ROW * max(len(columns[0]), len(columns[1])) + 24 * len(kinds) + 16
    right = LABEL if columns[1] else 40
    width = LABEL + MIDDLE + right
    picture = start_picture(width, height, *_tell(name, places, tree, weakest), "customer")
    # What holds the customer together lies above the rest.
    for arc in sorted(arcs, key=lambda arc: -[kind for kind, _ in LEGEND].index(arc.kind)):
        _draw_arc(picture, arc, places, threshold)
    for record in records:
        if record.record_id in places:
            _draw_record(picture, record, places[record.record_id])
    _draw_legend(picture, kinds, height)
    return picture


def _list_arcs(
    tree: Iterable[Bridge], weakest: Bridge | None, links: Sequence[Bridge], threshold: float
) -> Iterable[Arc]:
    """Every link with its kind, each pair of records once."""
    seen = set()
    for bridge in tree:
        seen.add(frozenset(bridge.ends))
        yield Arc(bridge, "weakest" if bridge is weakest else "decided" if bridge.decided else "bridge")
    for link in links if len(links) <= MOST_LINKS else ():
        if frozenset(link.ends) not in seen:
            yield Arc(link, "likely" if (link.match_weight or 0.0) > threshold else "against")


def _place(
    columns: tuple[Sequence[str], Sequence[str]], tree: Sequence[Bridge], first: Sequence[str]
) -> dict[str, Place]:
    """Every record's place: in each column from top to bottom, the ends of the weakest bridge first."""
    places = {}
    for side, records in ((-1, columns[0]), (1, columns[1])):
        inside = [bridge for bridge in tree if all(record in set(records) for record in bridge.ends)]
        for number, record in enumerate(_order(records, inside, first)):
            places[record] = Place(LABEL + (MIDDLE if side > 0 else 0), TOP + ROW * (number + 0.5), side)
    return places


def _order(records: Sequence[str], tree: Sequence[Bridge], first: Sequence[str]) -> list[str]:
    """Records so that linked ones stand near each other: depth first along the tree."""
    beside: dict[str, list[str]] = {record: [] for record in records}
    for bridge in tree:
        for one, other in (bridge.ends, bridge.ends[::-1]):
            beside[one].append(other)
    found: dict[str, None] = {}
    # Where no weakest bridge says where to begin, a record of one link does: arcs cross least that way.
    for start in sorted(records, key=lambda record: (record not in first, len(beside[record]))):
        waiting = [start]
        while waiting:
            record = waiting.pop()
            if record not in found:
                found[record] = None
                waiting += reversed(beside[record])
    return list(found)


def _tell(name: str, places: dict[str, Place], tree: Sequence[Bridge], weakest: Bridge | None) -> tuple[str, str]:
    """Title and description, for those who do not see it."""
    told = f"A graph of {count(len(places), 'record')} and {count(len(tree), 'link')} that hold them together."
    if weakest:
        told += f" The weakest, {' to '.join(weakest.ends)}, has {spell_bits(weakest.match_weight)} bits."
    return f"Links of {name}", told


def _draw_arc(picture: Element, arc: Arc, places: dict[str, Place], threshold: float) -> None:
    """A curve from record to record: across the middle, or bulging into it within a column."""
    one, other = (places.get(record) for record in arc.bridge.ends)
    if one is None or other is None:
        return
    middle = (one.y + other.y) / 2
    if one.side == other.side:
        bulge = min(28 + 0.5 * abs(one.y - other.y), BULGE)
        control = one.x - one.side * bulge * 2
        curve = f"M {one.x:.0f} {one.y:.0f} Q {control:.0f} {middle:.0f} {other.x:.0f} {other.y:.0f}"
        label, anchor = (one.x - one.side * (bulge + 8), middle + 4), "" if one.side < 0 else " end"
    else:
        curve = f"M {one.x:.0f} {one.y:.0f} L {other.x:.0f} {other.y:.0f}"
        label, anchor = ((one.x + other.x) / 2, middle - 8), " middle"
    odds = (arc.bridge.match_weight or 0.0) - threshold
    drawn = add(picture, "path", d=curve, class_=arc.kind, stroke_width=_width(arc.kind, odds))
    bits = "a steward's word" if arc.bridge.decided else f"{spell_bits(arc.bridge.match_weight)} bits"
    chance = spell_probability(arc.bridge.match_probability)
    add(drawn, "title", f"{' and '.join(arc.bridge.ends)}: {bits}{f', probability {chance}' if chance else ''}")
    if arc.kind == "weakest":
        add(picture, "text", bits, x=label[0], y=label[1], class_=f"number weak{anchor}")


def _width(kind: str, odds: float) -> float:
    """Strokes from 1.5 for even odds to the widest for strong ones; thin where the link does not hold anything."""
    width = 1.5 + (WIDEST - 1.5) * min(max(odds / FULL_BITS, 0.0), 1.0)
    return {"likely": width / 2, "against": 1.0, "decided": 3.0, "weakest": max(width, 2.5)}.get(kind, width)


def _draw_record(picture: Element, record: RecordName, place: Place) -> None:
    """A dot, and beside it source and stream, and the record's id."""
    add(picture, "circle", cx=place.x, cy=place.y, r=DOT, class_="record")
    anchor = "end" if place.side < 0 else ""
    at = place.x + place.side * (DOT + 8)
    add(picture, "text", f"{record.source}/{record.stream}", x=at, y=place.y - 2, class_=f"label {anchor}".strip())
    add(picture, "text", record.record_id, x=at, y=place.y + 13, class_=f"id {anchor}".strip())


def _draw_legend(picture: Element, kinds: Sequence[tuple[str, str]], height: float) -> None:
    """What the kinds of strokes mean, as far as they occur."""
    for number, (kind, meaning) in enumerate(kinds):
        y = height - 24.0 * (len(kinds) - number) + 8
        add(picture, "path", d=f"M 10 {y:.0f} L 44 {y:.0f}", class_=kind, stroke_width=_width(kind, 12.0))
        add(picture, "text", meaning, x=54, y=y + 4, class_="level")
