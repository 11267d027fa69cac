"""Why two records, or all records of a customer, are held to be one person.

Works on the stored tables alone: identity.link (one row per pair, `level_*` and `weight_*` columns) and identity.model.
Lines carry levels and bits, never values.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from identity.engines.duckdb import read_columns
from identity.errors import NotExplainableError

# A line that rounds to nothing tells nothing.
SMALLEST_BITS = 0.05


@dataclass(frozen=True)
class Line:
    """One step of the waterfall: what a comparison adds in bits, and the total after it."""

    comparison: str
    level: str
    bits: float
    total: float


@dataclass(frozen=True)
class Explanation:
    """The evidence between two records. `threshold` is the weight at which one person is as likely as not."""

    record_id_l: str
    record_id_r: str
    match_weight: float
    match_probability: float
    threshold: float
    rules: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Bridge:
    """A link that holds a customer together."""

    record_id_l: str
    record_id_r: str
    match_weight: float
    match_probability: float


@dataclass(frozen=True)
class CustomerExplanation:
    """The strongest links that connect all records of a customer, strongest first.

    weakest: the last of them, without which the customer falls apart. unlinked: records held by a decision only.
    """

    customer_id: str
    records: int
    tree: tuple[Bridge, ...]
    weakest: Bridge | None
    unlinked: tuple[str, ...]


def explain_pair(con: duckdb.DuckDBPyConnection, link_table: str, model_table: str, a: str, b: str) -> Explanation:
    """The waterfall of one pair, strongest evidence first."""
    names = [name[len("level_") :] for name in read_columns(con, link_table) if name.startswith("level_")]
    levels = ", ".join(f"level_{name}, weight_{name}" for name in names)
    row = con.execute(
        f"""
        select record_id_l, record_id_r, match_weight, match_probability, rules, {levels}
        from {link_table}
        where (record_id_l = $a and record_id_r = $b) or (record_id_l = $b and record_id_r = $a)
        """,
        {"a": a, "b": b},
    ).fetchone()
    if row is None:
        raise NotExplainableError(
            "no link is stored between these two records: they share no blocking key, or almost nothing speaks for them"
        )
    found = [
        (name, str(level), float(bits))
        for name, level, bits in zip(names, row[5::2], row[6::2], strict=True)
        if level not in ("missing", "none") or abs(float(bits or 0)) >= SMALLEST_BITS
    ]
    lines, total = [], 0.0
    for name, level, bits in sorted(found, key=lambda item: (-abs(item[2]), item[0])):
        total += bits
        lines.append(Line(name, level, bits, total))
    rules = tuple(str(row[4]).split(", ")) if row[4] else ()
    return Explanation(row[0], row[1], row[2], row[3], _threshold(con, model_table), rules, tuple(lines))


def explain_customer(
    con: duckdb.DuckDBPyConnection, link_table: str, members_table: str, customer_id: str
) -> CustomerExplanation:
    """The strongest spanning tree of a customer's links. members_table holds (record_id, customer_id)."""
    members = [
        str(row[0])
        for row in con.execute(
            f"select record_id from {members_table} where customer_id = $id order by record_id", {"id": customer_id}
        ).fetchall()
    ]
    if not members:
        raise NotExplainableError("there is no such customer; an older id may have an entry in identity.alias")
    links = con.execute(
        f"""
        select record_id_l, record_id_r, match_weight, match_probability from {link_table}
        where list_contains($members, record_id_l) and list_contains($members, record_id_r)
        order by match_weight desc, record_id_l, record_id_r
        """,
        {"members": members},
    ).fetchall()
    tree = _span([Bridge(*link) for link in links], members)
    linked = {record for bridge in tree for record in (bridge.record_id_l, bridge.record_id_r)}
    unlinked = tuple(record for record in members if record not in linked) if len(members) > 1 else ()
    return CustomerExplanation(customer_id, len(members), tuple(tree), tree[-1] if tree else None, unlinked)


def _span(bridges: list[Bridge], members: list[str]) -> list[Bridge]:
    """Kruskal's algorithm over links in falling order of weight."""
    group = {record: record for record in members}

    def root(record: str) -> str:
        while group[record] != record:
            record = group[record]
        return record

    tree = []
    for bridge in bridges:
        left, right = root(bridge.record_id_l), root(bridge.record_id_r)
        if left != right:
            group[right] = left
            tree.append(bridge)
    return tree


def _threshold(con: duckdb.DuckDBPyConnection, model_table: str) -> float:
    """The model's threshold in bits."""
    row = con.execute(f"select max(threshold) from {model_table}").fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0
