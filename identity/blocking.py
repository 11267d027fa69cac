"""Candidate pairs: blocking rules in, every pair of records worth comparing with the rules that found it out.

1. Per rule, hash the keys and keep the blocks of two records and more.
2. Find how large a block may be so that the rule stays within its budget of pairs; drop larger ones and count them.
3. Join each block with itself.
4. Put the pairs of all rules together, one row per pair with a bit per rule.

Pairs are packed into one 64-bit number (29 bits left record, 29 bits right, 6 bits rule), so that step 4 is one sort of
plain integers: deterministic and faster than grouping.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from identity.engines.duckdb import drop_tables, read_numpy
from identity.errors import InputError
from identity.rules import Rule
from identity.settings import BlockLimits

RECORD_BITS = 29
RULE_BITS = 6
SMALL_TABLE_PAIRS = 200_000  # a rule's budget in a table of few records
EVERY_PAIR = 1_000_000  # up to this many pairs in all, blocking is not worth its losses


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
    """

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    rules: npt.NDArray[np.uint64]
    bits: dict[str, int]
    counts: tuple[RuleCount, ...]

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.left)


def find_candidates(con: duckdb.DuckDBPyConnection, rules: list[Rule], records: int, limits: BlockLimits) -> Candidates:
    """All candidate pairs of the tables identity_person and identity_value.

    Only rules that find anything take up one of the 64 bits; should they ever run out, the broadest rules are left out.
    """
    if records >= 1 << RECORD_BITS:
        raise InputError(f"more than {1 << RECORD_BITS:,} records need to be split before they are resolved")
    bits: dict[str, int] = {}
    found, outcomes = [], []
    if 0 < records * (records - 1) // 2 <= EVERY_PAIR:
        bits["every pair"] = 0
        found.append(_pair_all(records, 0))
        outcomes.append(("every pair", 0, len(found[0])))
    for rule in rules:
        if len(bits) == 1 << RULE_BITS:
            break
        budget = limits.broad_pairs_per_record if rule.broad else limits.pairs_per_record
        budget = budget * records + SMALL_TABLE_PAIRS
        pairs, dropped, total = _block(con, len(bits), rule, limits.largest_block, budget)
        outcomes.append((rule.name, dropped, total))
        if len(pairs):
            bits[rule.name] = len(bits)
            found.append(pairs)
    drop_tables(con, "identity_block")
    packed = np.concatenate(found) if found else np.empty(0, np.uint64)
    del found
    left, right, masks = _merge_pairs(packed)
    return Candidates(left, right, masks, bits, _count_rules(outcomes, bits, masks))


def _pair_all(records: int, number: int) -> npt.NDArray[np.uint64]:
    """Packed pairs of all records of a small table."""
    left, right = np.triu_indices(records, 1)
    return (
        (left.astype(np.uint64) << np.uint64(RECORD_BITS + RULE_BITS))
        | (right.astype(np.uint64) << np.uint64(RULE_BITS))
        | np.uint64(number)
    )


def _block(
    con: duckdb.DuckDBPyConnection, number: int, rule: Rule, largest_block: int, budget: float
) -> tuple[npt.NDArray[np.uint64], int, int]:
    """Packed pairs of one rule, blocks dropped, and the pairs it would have made without limits."""
    # 1. Blocks of two records and more.
    present = " and ".join(f"{key} is not null" for key in rule.keys)
    con.execute(f"""
        create or replace temp table identity_block as
        with keyed as (
            select rid, hash({", ".join(rule.keys)}) as key from {rule.source} where {rule.condition} and {present}
        ),
        sized as (select key, count(*) as size from keyed group by key having count(*) > 1)
        select key, rid, size from keyed join sized using (key)
    """)
    # 2. The largest block that fits the budget.
    sizes = read_numpy(con, "select size, count(*) // size as blocks from identity_block group by size order by size")
    size, blocks = sizes["size"].astype(np.int64), sizes["blocks"].astype(np.int64)
    pairs = np.cumsum(blocks * size * (size - 1) // 2)
    fits = (size <= largest_block) & (pairs <= budget)
    cap = int(size[fits].max()) if fits.any() else 0
    # 3. Each block with itself.
    joined = read_numpy(
        con,
        f"""
        select (least(a.rid, b.rid)::ubigint << {RECORD_BITS + RULE_BITS})
            | (greatest(a.rid, b.rid)::ubigint << {RULE_BITS}) | {number} as packed
        from identity_block a join identity_block b on a.key = b.key and a.rid < b.rid
        where a.size <= {cap} and b.size <= {cap}
        """,
    )
    return joined["packed"].astype(np.uint64), int(blocks[~fits].sum()), int(pairs[-1]) if len(pairs) else 0


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
