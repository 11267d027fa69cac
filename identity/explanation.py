"""Why two records, or all records of a customer, are held to be one person.

Works on the stored tables alone: identity.link (one row per pair, `level_*` and `weight_*` columns), identity.model,
who belongs to which customer, and the stewards' decisions. Out come explanations with levels and bits, never values.

    explain_pair      the evidence between two records, comparison by comparison
    explain_path      the strongest way from one record of a customer to another, where no link is stored between them
    explain_customer  the links that hold a customer together, and the weakest of them
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from identity.engines.duckdb import read_columns
from identity.errors import NotExplainableError

# A line that rounds to nothing tells nothing.
SMALLEST_BITS = 0.05
# Probabilities from which the odds can still be told; beyond, a number of this kind of precision says 0 or 1.
TELLING = 1e-6
# Bits by which a threshold told by a link may be off from the model's.
SAME_THRESHOLD = 1e-3


@dataclass(frozen=True)
class Line:
    """One step of the waterfall: what a comparison adds in bits, and the weight of all steps so far.

    same, random: share of pairs of one person, and of any two records, that were found at this level.
    """

    comparison: str
    level: str
    bits: float
    total: float
    same: float | None = None
    random: float | None = None


@dataclass(frozen=True)
class Explanation:
    """The evidence between two records, strongest first.

    threshold: the weight at which one person is as likely as not. missing: comparisons without a value on both sides.
    epoch: whose weights these are, where the model tells.
    """

    record_id_l: str
    record_id_r: str
    match_weight: float
    match_probability: float
    threshold: float
    rules: tuple[str, ...]
    lines: tuple[Line, ...]
    missing: tuple[str, ...] = ()
    epoch: str | None = None

    @property
    def prior(self) -> float:
        """log2 odds of any two records being one person, before anything is compared."""
        return -self.threshold

    @property
    def odds(self) -> float:
        """log2 odds after everything was compared."""
        return self.match_weight - self.threshold


@dataclass(frozen=True)
class Bridge:
    """A link that holds a customer together, or a steward's "same" (`decided`), which may have no link beneath it."""

    record_id_l: str
    record_id_r: str
    match_weight: float | None
    match_probability: float | None
    decided: bool = False
    lines: tuple[Line, ...] = ()

    @property
    def ends(self) -> tuple[str, str]:
        """Both records."""
        return self.record_id_l, self.record_id_r


@dataclass(frozen=True)
class CustomerExplanation:
    """The strongest bridges that connect all records of a customer: decisions, then links, strongest first.

    members: the records. weakest: the last link of the tree. sides: the records on either side of it. across: the other
    links between the sides. links: every link within the customer. unlinked: records that no stored link or decision
    joins to the rest.
    """

    customer_id: str
    records: int
    tree: tuple[Bridge, ...]
    weakest: Bridge | None
    unlinked: tuple[str, ...]
    sides: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    across: tuple[Bridge, ...] = ()
    links: tuple[Bridge, ...] = ()
    threshold: float = 0.0
    members: tuple[str, ...] = ()


def explain_pair(con: duckdb.DuckDBPyConnection, link_table: str, model_table: str, a: str, b: str) -> Explanation:
    """The waterfall of one pair, in the order the records are named."""
    rows = _read_links(
        con,
        link_table,
        "(record_id_l = $a and record_id_r = $b) or (record_id_l = $b and record_id_r = $a)",
        {"a": a, "b": b},
    )
    if not rows:
        raise NotExplainableError(
            "no link is stored between these two records: they share no blocking key, or almost nothing speaks for them"
        )
    row = rows[0]
    threshold = _threshold(con, link_table, model_table, row)
    epoch, shares = _read_model(con, model_table, threshold)
    lines = _list_lines(row, shares)
    missing = tuple(name for name in _comparisons(row) if row[f"level_{name}"] in (None, "missing"))
    rules = tuple(str(row["rules"]).split(", ")) if row["rules"] else ()
    weight, probability = row["match_weight"], row["match_probability"]
    return Explanation(a, b, weight, probability, threshold, rules, lines, missing, epoch)


def explain_path(
    con: duckdb.DuckDBPyConnection,
    link_table: str,
    members_table: str,
    a: str,
    b: str,
    decisions: str | None = None,
) -> tuple[Bridge, ...]:
    """The bridges from a to b, none of which could be stronger; empty where they are not of one customer."""
    row = con.execute(
        f"""
        select customer_id from {members_table} where record_id in ($a, $b)
        group by customer_id having count(*) = 2
        """,
        {"a": a, "b": b},
    ).fetchone()
    if row is None:
        return ()
    bridges = _read_bridges(con, link_table, members_table, str(row[0]), decisions)
    # The path through a spanning tree of the strongest links is the one whose weakest link is strongest.
    return _with_lines(con, link_table, _walk(_span(bridges), a, b))


def explain_customer(
    con: duckdb.DuckDBPyConnection,
    link_table: str,
    members_table: str,
    customer_id: str,
    decisions: str | None = None,
    model_table: str | None = None,
) -> CustomerExplanation:
    """The strongest spanning tree of a customer's links.

    members_table holds (record_id, customer_id); decisions, if any, (record_id_l, record_id_r, verdict).
    """
    members = [
        str(row[0])
        for row in con.execute(
            f"select record_id from {members_table} where customer_id = $id order by record_id", {"id": customer_id}
        ).fetchall()
    ]
    if not members:
        raise NotExplainableError("there is no such customer; an older id may have an entry in identity.alias")
    bridges = _read_bridges(con, link_table, members_table, customer_id, decisions)
    tree = _with_lines(con, link_table, _span(bridges))
    links = tuple(bridge for bridge in bridges if bridge.match_weight is not None)
    weakest = next((bridge for bridge in reversed(tree) if not bridge.decided), None)
    sides, across = _split(tree, weakest, links)
    return CustomerExplanation(
        customer_id,
        len(members),
        tree,
        weakest,
        _find_unlinked(tree, members),
        sides,
        across,
        links,
        _threshold(con, link_table, model_table),
        tuple(members),
    )


def _read_bridges(
    con: duckdb.DuckDBPyConnection, link_table: str, members_table: str, customer_id: str, decisions: str | None
) -> list[Bridge]:
    """Every link and every "same" between records of a customer: decisions first, then strongest first."""
    inside = f"(select record_id from {members_table} where customer_id = $id)"
    decided = (
        f"select least(record_id_l, record_id_r) as record_id_l, greatest(record_id_l, record_id_r) as record_id_r "
        f"from {decisions} where verdict = 'same' and record_id_l in {inside} and record_id_r in {inside}"
        if decisions
        else "select null::varchar as record_id_l, null::varchar as record_id_r where false"
    )
    rows = con.execute(
        f"""
        with linked as (
            select least(record_id_l, record_id_r) as record_id_l, greatest(record_id_l, record_id_r) as record_id_r,
                match_weight, match_probability
            from {link_table}
            where record_id_l in {inside} and record_id_r in {inside}
        ),
        decided as (select distinct record_id_l, record_id_r, true as decided from ({decided}))
        select record_id_l, record_id_r, match_weight, match_probability, coalesce(decided, false) as decided
        from linked full join decided using (record_id_l, record_id_r)
        order by decided desc, match_weight desc nulls last, record_id_l, record_id_r
        """,
        {"id": customer_id},
    ).fetchall()
    return [Bridge(*row) for row in rows]


def _span(bridges: Iterable[Bridge]) -> tuple[Bridge, ...]:
    """Kruskal's algorithm: in falling order, every bridge that joins what was apart."""
    group: dict[str, str] = {}

    def root(record: str) -> str:
        while group.setdefault(record, record) != record:
            group[record] = group.setdefault(group[record], group[record])
            record = group[record]
        return record

    tree = []
    for bridge in bridges:
        left, right = root(bridge.record_id_l), root(bridge.record_id_r)
        if left != right:
            group[right] = left
            tree.append(bridge)
    return tuple(tree)


def _reach(tree: Iterable[Bridge], start: str) -> dict[str, Bridge | None]:
    """Every record that bridges lead to from `start`, each with the bridge it was reached by."""
    beside: dict[str, list[Bridge]] = {}
    for bridge in tree:
        for record in bridge.ends:
            beside.setdefault(record, []).append(bridge)
    reached: dict[str, Bridge | None] = {start: None}
    waiting = [start]
    while waiting:
        record = waiting.pop()
        for bridge in beside.get(record, ()):
            other = _other_end(bridge, record)
            if other not in reached:
                reached[other] = bridge
                waiting.append(other)
    return reached


def _walk(tree: tuple[Bridge, ...], a: str, b: str) -> tuple[Bridge, ...]:
    """The bridges of a tree from a to b, each turned so that it begins where the last one ended."""
    reached = _reach(tree, a)
    path, record = [], b
    while (bridge := reached.get(record)) is not None:
        before = _other_end(bridge, record)
        path.append(replace(bridge, record_id_l=before, record_id_r=record))
        record = before
    return tuple(reversed(path))


def _other_end(bridge: Bridge, record: str) -> str:
    return bridge.record_id_r if record == bridge.record_id_l else bridge.record_id_l


def _split(
    tree: tuple[Bridge, ...], weakest: Bridge | None, links: tuple[Bridge, ...]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[Bridge, ...]]:
    """The records on either side of the weakest bridge, and the other links between the sides."""
    if weakest is None:
        return ((), ()), ()
    rest = [bridge for bridge in tree if bridge is not weakest]
    left, right = (_reach(rest, record) for record in weakest.ends)
    across = tuple(
        link
        for link in links
        if link.ends != weakest.ends
        and any(one in left and other in right for one, other in (link.ends, reversed(link.ends)))
    )
    return (tuple(sorted(left)), tuple(sorted(right))), across


def _find_unlinked(tree: tuple[Bridge, ...], members: list[str]) -> tuple[str, ...]:
    """Records outside the largest part that the bridges connect."""
    parts: list[dict[str, Bridge | None]] = []
    for record in members:
        if not any(record in part for part in parts):
            parts.append(_reach(tree, record))
    largest = max(parts, key=len)
    return tuple(record for record in members if record not in largest)


def _with_lines(con: duckdb.DuckDBPyConnection, link_table: str, tree: Iterable[Bridge]) -> tuple[Bridge, ...]:
    """The bridges with what each rests on."""
    tree = tuple(tree)
    pair = "least(record_id_l, record_id_r) || ' ' || greatest(record_id_l, record_id_r)"
    pairs = [" ".join(sorted(bridge.ends)) for bridge in tree if bridge.match_weight is not None]
    rows = _read_links(con, link_table, f"{pair} in (select unnest($pairs::varchar[]))", {"pairs": pairs})
    lines = {frozenset((row["record_id_l"], row["record_id_r"])): _list_lines(row) for row in rows}
    return tuple(replace(bridge, lines=lines.get(frozenset(bridge.ends), ())) for bridge in tree)


def _read_links(
    con: duckdb.DuckDBPyConnection, link_table: str, condition: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    """Rows of the link table by column name."""
    found = con.execute(f"select * from {link_table} where {condition}", parameters)
    names = [str(column[0]) for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _comparisons(row: Mapping[str, Any]) -> list[str]:
    """Names of the comparisons a link tells of, in the order of its columns."""
    return [name.removeprefix("level_") for name in row if name.startswith("level_")]


def _list_lines(
    row: Mapping[str, Any], shares: Mapping[tuple[str, str], tuple[float, float]] | None = None
) -> tuple[Line, ...]:
    """What was compared, strongest first, with the weight of all so far. shares: by comparison and level."""
    found = [
        (name, str(row[f"level_{name}"]), float(row[f"weight_{name}"] or 0))
        for name in _comparisons(row)
        if row[f"level_{name}"] is not None
    ]
    lines, total = [], 0.0
    for name, level, bits in sorted(found, key=_by_strength):
        if level in ("missing", "none") and abs(bits) < SMALLEST_BITS:
            continue
        total += bits
        same, random = (shares or {}).get((name, level), (None, None))
        lines.append(Line(name, level, bits, total, same, random))
    return tuple(lines)


def _by_strength(line: tuple[str, str, float]) -> tuple[bool, float, str]:
    """Strongest first; what is taken off for a household's likeness after all that makes up the likeness."""
    return line[0] == "household", -abs(line[2]), line[0]


def _threshold(
    con: duckdb.DuckDBPyConnection, link_table: str, model_table: str | None, row: Mapping[str, Any] | None = None
) -> float:
    """The threshold the stored links were scored with, in bits.

    A link's weight and probability tell it, whichever epochs the model table holds besides. Where the probability is so
    near 0 or 1 that it does not, another link does, and where none does the model's newest epoch.
    """
    if row is not None and TELLING <= row["match_probability"] <= 1 - TELLING:
        return float(row["match_weight"] - math.log2(row["match_probability"] / (1 - row["match_probability"])))
    found = con.execute(
        f"""
        select match_weight - log2(match_probability / (1 - match_probability)) from {link_table}
        where match_probability between $least and 1 - $least
        order by abs(match_probability - 0.5), record_id_l, record_id_r limit 1
        """,
        {"least": TELLING},
    ).fetchone()
    if found is None and model_table is not None:
        newest = "learned_at desc" if "learned_at" in read_columns(con, model_table) else "threshold desc"
        found = con.execute(f"select threshold from {model_table} order by {newest} limit 1").fetchone()
    return float(found[0]) if found else 0.0


def _read_model(
    con: duckdb.DuckDBPyConnection, model_table: str, threshold: float
) -> tuple[str | None, dict[tuple[str, str], tuple[float, float]]]:
    """The epoch the threshold belongs to, and the shares of every comparison's levels in it."""
    epoch = "epoch" if "epoch" in read_columns(con, model_table) else "null::varchar"
    rows = con.execute(
        f"""
        select {epoch}, comparison, level, m, u from {model_table} where abs(threshold - $threshold) < $same
        qualify rank() over (order by abs(threshold - $threshold)) = 1
        """,
        {"threshold": threshold, "same": SAME_THRESHOLD},
    ).fetchall()
    shares = {(str(row[1]), str(row[2])): (float(row[3]), float(row[4])) for row in rows}
    return (rows[0][0] if rows else None), shares
