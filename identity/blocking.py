"""Candidate pairs: blocking rules in, every pair of records worth comparing with the rules that found it out.

1. Per rule, hash the keys and keep the blocks of two records and more.
2. Find how large a block may be so that the rule stays within its budget of pairs; drop larger ones and remember them.
3. Join each block with itself.
4. Put the pairs of all rules together, one row per pair with a bit per rule.

Pairs are packed into one 64-bit number (29 bits left record, 29 bits right, 6 bits rule), so that step 4 is one sort of
plain integers: deterministic and faster than grouping.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import duckdb
import numpy as np
import numpy.typing as npt

from identity.comparisons.base import Pairs
from identity.engines.duckdb import drop_tables, read_numpy
from identity.errors import InputError
from identity.rules import Rule, implied_parts
from identity.settings import BlockLimits

RECORD_BITS = 29
RULE_BITS = 6
SMALL_TABLE_PAIRS = 200_000  # a rule's budget in a table of few records
EVERY_PAIR = 1_000_000  # up to this many pairs in all, blocking is not worth its losses
KEPT = "key not in (select key from identity_dropped where rule = $rule)"
GROWTH = 2  # times the largest block, to which a block may grow before the next epoch is learned


@dataclass(frozen=True)
class Scope:
    """Which records are paired: everybody, or everybody with the records of the table `dirty` (rid).

    keys, values: tables of the shape of identity_key and identity_value.
    """

    keys: str = "identity_key"
    values: str = "identity_value"
    dirty: str | None = None


EVERYBODY = Scope()


@dataclass(frozen=True)
class RuleCount:
    """What a rule found: pairs, those no other rule found, blocks left out, and pairs before any limit."""

    rule: str
    pairs: int
    only_this_rule: int
    dropped_keys: int
    pairs_without_limit: int


@dataclass(frozen=True)
class Candidates:
    """Pairs of dense record numbers, left < right, sorted.

    rules: bits of the rules that found the pair; bits: the bit of each rule that found any. counts: of all rules.
    overgrown: blocks that have outgrown the epoch they were not too large for.
    """

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    rules: npt.NDArray[np.uint64]
    bits: dict[str, int]
    counts: tuple[RuleCount, ...]
    overgrown: int

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.left)


def find_candidates(
    con: duckdb.DuckDBPyConnection,
    rules: list[Rule],
    records: int,
    limits: BlockLimits,
    learned: bool = False,
    scope: Scope = EVERYBODY,
    every_pair: bool | None = None,
) -> Candidates:
    """All candidate pairs of the scope.

    Creates identity_dropped (rule, key): blocks that are no evidence. When `learned`, that table is there already and
    is kept: a rule's budget is only measured out once an epoch, so that a pair's fate depends on its two records alone.
    every_pair: whether all pairs are taken whatever the rules say; by default where there are few records.
    """
    if records >= 1 << RECORD_BITS:
        raise InputError(f"more than {1 << RECORD_BITS:,} records need to be split before they are resolved")
    if not learned:
        con.execute("create or replace temp table identity_dropped (rule varchar, key ubigint)")
    if scope.dirty:
        _prepare_scope(con, scope)
    bits: dict[str, int] = {}
    found, outcomes = [], []
    if is_small(records) and scope.dirty is None if every_pair is None else every_pair:
        bits["every pair"] = 0
        found.append(_pair_all(records, 0))
        outcomes.append(("every pair", 0, len(found[0])))
    complete: list[frozenset[str]] = []
    for rule in _in_order(rules):
        if _is_implied(rule, complete):
            outcomes.append((rule.name, 0, 0))
            continue
        per_record = limits.broad_pairs_per_record if rule.broad else limits.pairs_per_record
        budget = None if learned else per_record * records + SMALL_TABLE_PAIRS
        number = len(bits)
        if scope.dirty:
            pairs, dropped, total = _block_scope(con, number, rule, limits.largest_block, scope)
        else:
            pairs, dropped, total = _block(con, number, rule, limits.largest_block, budget)
        outcomes.append((rule.name, dropped, total))
        if rule.parts and not (_has_dropped(con, rule) if learned else dropped):
            complete.append(frozenset(rule.parts))
        if len(pairs):
            bits[rule.name] = number
            found.append(pairs)
    drop_tables(con, "identity_block", "identity_dirty_key", "identity_near_value")
    packed = np.concatenate(found) if found else np.empty(0, np.uint64)
    del found
    left, right, masks = _merge_pairs(packed)
    overgrown = sum(dropped for _, dropped, _ in outcomes) if learned else 0
    return Candidates(left, right, masks, bits, _count_rules(outcomes, bits, masks), overgrown)


def _prepare_scope(con: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """identity_dirty_key: keys of the dirty records; identity_near_value: who carries a value that one of them does."""
    con.execute(f"""
        create or replace temp table identity_dirty_key as
        select * from {scope.keys} where rid in (select rid from {scope.dirty})
    """)
    con.execute(f"""
        create or replace temp table identity_near_value as
        select rid, namespace, key, records from {scope.values}
        where key in (select key from {scope.values} where rid in (select rid from {scope.dirty}))
    """)


def mark_rules(con: duckdb.DuckDBPyConnection, rules: list[Rule], pairs: Pairs) -> Candidates:
    """The rules that find each of the pairs, as find_candidates would tell, in an epoch that is in force.

    identity_key and identity_value must hold the records of the pairs, numbered from 0 without gaps.
    """
    dropped = read_numpy(con, "select rule, key from identity_dropped where key is not null order by rule")
    names, keys = np.asarray(dropped["rule"], object), np.asarray(dropped["key"], np.uint64)
    left_out = {name: keys[names == name] for name in dict.fromkeys(names)}
    masks, bits = np.zeros(len(pairs), np.uint64), {}
    complete: list[frozenset[str]] = []
    running = []
    for rule in _in_order(rules):
        if _is_implied(rule, complete):
            continue
        if rule.parts and rule.name not in left_out:
            complete.append(frozenset(rule.parts))
        running.append(rule)
    shared = _read_rule_keys(con, [rule for rule in running if rule.parts])
    for number, rule in enumerate(running):
        if rule.parts:
            key = shared.pop(rule.name)
            key[np.isin(key, left_out.get(rule.name, np.empty(0, np.uint64)))] = 0
            found = (key[pairs.left] == key[pairs.right]) & (key[pairs.left] != 0)
        else:
            found = _share_value(con, rule, pairs)
        if found.any():
            bits[rule.name] = number
            masks[found] |= np.uint64(1 << number)
    return Candidates(pairs.left, pairs.right, masks, bits, (), 0)


def _read_rule_keys(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> dict[str, npt.NDArray[np.uint64]]:
    """Each rule's key per record of identity_key; 0 where a part is missing."""
    columns = [
        f"coalesce(case when {present} then {key} end, 0) as rule_{number}"
        for number, (key, present) in enumerate(_composed(rule) for rule in rules)
    ]
    found = read_numpy(con, f"select {', '.join(['rid', *columns])} from identity_key")
    order = np.argsort(found["rid"])
    return {rule.name: np.asarray(found[f"rule_{number}"], np.uint64)[order] for number, rule in enumerate(rules)}


def _share_value(con: duckdb.DuckDBPyConnection, rule: Rule, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs have a value of the rule's namespace in common."""
    found = read_numpy(
        con,
        f"""
        with carried as (
            select rid, key from identity_value where namespace = $namespace and records > 1 and {KEPT}
        )
        select distinct (a.rid::bigint << 32) | b.rid as packed
        from carried a join carried b on a.key = b.key and a.rid < b.rid
        """,
        {"namespace": rule.namespace, "rule": rule.name},
    )
    return np.isin(pairs.packed, np.asarray(found["packed"], np.int64))


def _in_order(rules: list[Rule]) -> list[Rule]:
    """As many rules as there are numbers for, those of few parts first."""
    return sorted(rules[: (1 << RULE_BITS) - 1], key=lambda rule: len(rule.parts))


def _is_implied(rule: Rule, complete: list[frozenset[str]]) -> bool:
    """Whether who shares all parts of this rule shares those of a rule that has found every such pair already."""
    return any(parts <= implied_parts(rule) for parts in complete)


def _has_dropped(con: duckdb.DuckDBPyConnection, rule: Rule) -> bool:
    """Whether the epoch left blocks of the rule out."""
    row = con.execute("select 1 from identity_dropped where rule = $rule limit 1", {"rule": rule.name}).fetchone()
    return row is not None


def is_small(records: int) -> bool:
    """Whether every pair of so many records can be compared."""
    return 0 < records * (records - 1) // 2 <= EVERY_PAIR


def _pair_all(records: int, number: int) -> npt.NDArray[np.uint64]:
    """Packed pairs of all records of a small table."""
    left, right = np.triu_indices(records, 1)
    return (
        (left.astype(np.uint64) << np.uint64(RECORD_BITS + RULE_BITS))
        | (right.astype(np.uint64) << np.uint64(RULE_BITS))
        | np.uint64(number)
    )


def prepare_keys(con: duckdb.DuckDBPyConnection, rules: list[Rule], people: str = "identity_person") -> None:
    """Create identity_key: rid and a hash for every part that a rule has; null where the part is missing."""
    parts = ", ".join(
        f"case when {part} is not null then hash({part}) end as {column}" for part, column in _columns(rules).items()
    )
    con.execute(f"create or replace temp table identity_key as select rid, {parts} from {people}")


def _columns(rules: list[Rule]) -> dict[str, str]:
    """Column of identity_key for each part; named by the part, so that it does not depend on which rules there are."""
    parts = dict.fromkeys(part for rule in rules for part in rule.parts)
    return {part: "key_" + sha256(part.encode()).hexdigest()[:12] for part in parts}


def _keyed(rule: Rule, keys: str, values: str) -> tuple[str, dict[str, str]]:
    """The query of a rule's keys over tables like identity_key and identity_value, and its parameters."""
    if rule.namespace is not None:
        query = f"select rid, key from {values} where namespace = $namespace and records > 1"
        return query, {"namespace": rule.namespace}
    key, present = _composed(rule)
    return f"select rid, {key} as key from {keys} where {present}", {}


def _composed(rule: Rule) -> tuple[str, str]:
    """SQL over identity_key of a rule's key and of whether all its parts are there."""
    columns = list(_columns([rule]).values())
    key = columns[0] if len(columns) == 1 else f"hash({', '.join(columns)})"
    return key, " and ".join(f"{column} is not null" for column in columns)


def _block(
    con: duckdb.DuckDBPyConnection, number: int, rule: Rule, largest_block: int, budget: float | None
) -> tuple[npt.NDArray[np.uint64], int, int]:
    """Packed pairs of one rule, blocks dropped, and the pairs it would have made without limits."""
    # 1. Blocks of two records and more.
    keyed, facts = _keyed(rule, EVERYBODY.keys, EVERYBODY.values)
    con.execute(
        f"""
        create or replace temp table identity_block as
        with keyed as materialized ({keyed}),
        sized as (select key, count(*) as size from keyed group by key having count(*) > 1)
        select key, rid, size from keyed join sized using (key)
        """,
        facts,
    )
    # 2. Blocks that are too large: found now, or when the epoch was learned.
    sizes = read_numpy(con, "select size, count(*) // size as blocks from identity_block group by size order by size")
    size, blocks = sizes["size"].astype(np.int64), sizes["blocks"].astype(np.int64)
    if not len(size):
        return np.empty(0, np.uint64), 0, 0
    pairs = np.cumsum(blocks * size * (size - 1) // 2)
    if budget is None:
        cap, kept = GROWTH * largest_block, KEPT
        large = con.execute(
            f"select count(distinct key) from identity_block where size > {cap} and {kept}", {"rule": rule.name}
        ).fetchone()
        dropped = int((large or (0,))[0])
    else:
        fits = (size <= largest_block) & (pairs <= budget)
        cap = int(size[fits].max()) if fits.any() else 0
        kept = "true"
        dropped = int(blocks[size > cap].sum())
        con.execute(
            f"insert into identity_dropped select distinct $rule, key from identity_block where size > {cap}",
            {"rule": rule.name},
        )
    # 3. Each block with itself.
    query = f"""
        with block as (select key, rid from identity_block where size <= {cap} and {kept})
        select {_packed(number)} as packed from block a join block b on a.key = b.key and a.rid < b.rid
    """
    joined = read_numpy(con, query, {"rule": rule.name} if budget is None else None)
    return np.asarray(joined["packed"], np.uint64), dropped, int(pairs[-1])


def _block_scope(
    con: duckdb.DuckDBPyConnection, number: int, rule: Rule, largest_block: int, scope: Scope
) -> tuple[npt.NDArray[np.uint64], int, int]:
    """What _block returns, of the pairs with a dirty record, in an epoch that is in force."""
    # 1. Blocks that hold a dirty record.
    keyed, facts = _keyed(rule, scope.keys, "identity_near_value")
    if rule.parts:
        wanted, _ = _keyed(rule, "identity_dirty_key", "")
        keyed = f"select rid, key from ({keyed}) where key in (select key from ({wanted}))"
    con.execute(
        f"""
        create or replace temp table identity_block as
        select key, rid, rid in (select rid from {scope.dirty}) as dirty, count(*) over (partition by key) as size
        from ({keyed})
        """,
        facts,
    )
    largest, total = con.execute(
        "select coalesce(max(size), 0), coalesce(sum(size - 1), 0) // 2 from identity_block"
    ).fetchone() or (0, 0)
    if largest < 2:
        return np.empty(0, np.uint64), 0, 0
    # 2. Blocks that are too large since the epoch was learned, and those that have grown too large.
    grown = 0
    if largest > (cap := GROWTH * largest_block):
        row = con.execute(
            f"select count(distinct key) from identity_block where size > {cap} and {KEPT}", {"rule": rule.name}
        ).fetchone()
        grown = int((row or (0,))[0])
    # 3. Each block's dirty records with all of it.
    query = f"""
        with block as (select key, rid, dirty from identity_block where size between 2 and {cap} and {KEPT})
        select {_packed(number)} as packed from block a join block b on a.key = b.key and a.rid < b.rid
        where a.dirty or b.dirty
    """
    joined = read_numpy(con, query, {"rule": rule.name})
    return np.asarray(joined["packed"], np.uint64), grown, int(total)


def _packed(number: int) -> str:
    """SQL for a pair of rows a, b and a rule's number in one integer."""
    return f"(a.rid::ubigint << {RECORD_BITS + RULE_BITS}) | (b.rid::ubigint << {RULE_BITS}) | {number}"


def _merge_pairs(
    packed: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    """Step 4: unpack sorted pairs and combine the rules of each."""
    packed.sort()
    pair = packed >> np.uint64(RULE_BITS)
    bits = np.uint64(1) << (packed & np.uint64((1 << RULE_BITS) - 1))
    if not len(pair):
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint64)
    starts = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1])))
    masks = np.bitwise_or.reduceat(bits, starts)
    pair = pair[starts]
    left = (pair >> np.uint64(RECORD_BITS)).astype(np.int32)
    right = (pair & np.uint64((1 << RECORD_BITS) - 1)).astype(np.int32)
    return left, right, masks


def _count_rules(
    outcomes: list[tuple[str, int, int]], bits: dict[str, int], masks: npt.NDArray[np.uint64]
) -> tuple[RuleCount, ...]:
    """Pairs per rule and pairs that only one rule found, from the distinct masks."""
    distinct, times = np.unique(masks, return_counts=True)
    counts = []
    for name, dropped, total in outcomes:
        pairs = only = 0
        if name in bits:
            bit = np.uint64(1 << bits[name])
            pairs, only = int(times[(distinct & bit) != 0].sum()), int(times[distinct == bit].sum())
        counts.append(RuleCount(name, pairs, only, dropped, total))
    return tuple(counts)
