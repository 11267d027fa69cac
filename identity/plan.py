"""What blocking will do with a table: which rules run, what each costs in pairs and what it adds in recall.

In: a records table, as resolve() takes it (resolution.py). Out: a Plan. Nothing is clustered.

1. Prepare, block, compare, learn and score as resolve() does in its first epoch.
2. Put the pairs together by the rules that found them: pairs and expected matches (the sum of the probabilities).
3. Estimate the matches that no rule finds.
4. Order the rules: the one that adds most expected matches first.
5. Count how the columns are filled, and how many of the rules that need each can run.

Recall here is the share of *pairs* of records of one person. Clustering joins more than that: three records of which
two pairs are found are one customer all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from identity.blocking import Candidates, find_candidates, prepare_keys
from identity.comparisons import Source, list_comparisons
from identity.comparisons.base import Pairs
from identity.engines.duckdb import drop_tables
from identity.epoch import Epoch
from identity.errors import InputError
from identity.matching import compare_pairs, score_pairs
from identity.preparation import count_persons, prepare_records, prepare_values
from identity.resolution import learn_model
from identity.rules import Rule, list_rules
from identity.scoring import count_frequencies, prepare_scorer
from identity.settings import Settings
from identity.spelling import list_spellings, mark_spelled

SMALL_TABLE = "every pair"  # what blocking calls its rule for tables small enough to need no keys
FEWEST = 10.0  # matches caught by two lists, below which nothing is estimated from their overlap

# Standard column -> the columns of identity_person that come from it.
STANDARD = {
    "given_name": ("given", "given_first", "given_pinyin", "name_letters"),
    "family_name": ("family", "family_pinyin", "name_letters"),
    "birth_date": ("birth", "birth_year", "birth_day", "birth_sorted"),
    "email": ("email", "email_local"),
    "phone": ("phone", "phone_tail"),
    "address": ("address", "house"),
    "postcode": ("postcode",),
    "city": ("city",),
    "district": ("district",),
    "region": ("region",),
    "company": ("company",),
}
# Columns that change together say one thing; any other column stands for itself.
EVIDENCE = {"given_name": "name", "family_name": "name"} | dict.fromkeys(
    ("address", "postcode", "city", "district", "region"), "place"
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ColumnCount:
    """How a column is filled. filled, largest: share of records with any value, and with the most frequent one.

    rules: those that need the column; running: those of them that make pairs.
    """

    column: str
    filled: float
    distinct: int
    largest: float
    rules: int
    running: int


@dataclass(frozen=True)
class RulePlan:
    """A rule that makes pairs. matches, only_matches: expected among its pairs, and among those it alone finds.

    adds: share of all matches that it finds and the rules before it do not. recall: share that all up to it find.
    """

    rule: str
    pairs: int
    only_this_rule: int
    dropped_blocks: int
    pairs_without_limit: int
    matches: float
    only_matches: float
    adds: float
    recall: float


@dataclass(frozen=True)
class Plan:
    """What blocking will do. rules: the one that adds most first; `every pair` of a small table comes last.

    matches: expected among all candidate pairs. unseen: expected among all other pairs, None where nobody can tell.
    evidence: the lists whose overlap `unseen` was estimated from. silent: rules on whose parts no two records agree.
    left_out: rules whose blocks are all too large.
    """

    records: int
    pairs: int
    matches: float
    unseen: float | None
    evidence: tuple[str, ...]
    columns: tuple[ColumnCount, ...]
    rules: tuple[RulePlan, ...]
    silent: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def all_pairs(self) -> int:
        """Pairs of all records with each other."""
        return self.records * (self.records - 1) // 2


@dataclass(frozen=True)
class Catches:
    """Candidate pairs by the set of rules that found them: the set as bits, pairs, expected matches."""

    masks: npt.NDArray[np.uint64]
    pairs: npt.NDArray[np.int64]
    matches: Floats

    def by(self, mask: int) -> npt.NDArray[np.bool_]:
        """Which sets hold one of these rules."""
        return (self.masks & np.uint64(mask)) != 0


def plan_rules(
    con: duckdb.DuckDBPyConnection,
    records: str,
    identifiers: str | None,
    settings: Settings,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """The plan of a records table; the tables are those of resolve()."""
    tell = progress or (lambda _: None)
    # 1. Everything up to the scores.
    count = prepare_records(con, records, settings)
    if count == 0:
        raise InputError("the records table is empty: load records before planning")
    prepare_values(con, identifiers, settings)
    namespaces = count_persons(con)
    list_spellings(con)
    mark_spelled(con)
    tell(f"{count:,} records prepared")
    rules = list_rules(namespaces, settings)
    prepare_keys(con, rules)
    candidates = find_candidates(con, rules, count, settings.blocks)
    tell(f"{len(candidates):,} candidate pairs found")
    chances = _score(con, candidates, namespaces, count, settings)
    drop_tables(con, "identity_named_local")
    tell("pairs scored")
    # 2. By set of rules.
    catches = count_catches(candidates.rules, chances)
    # 3. The matches that no rule finds; where every pair is compared, there are none.
    lists = group_by_evidence(rules, candidates.bits)
    unseen = 0.0 if SMALL_TABLE in candidates.bits else estimate_unseen(catches, list(lists.values()))
    # 4. and 5.
    made = {each.rule for each in candidates.counts if each.pairs_without_limit}
    return Plan(
        records=count,
        pairs=len(candidates),
        matches=float(catches.matches.sum()),
        unseen=unseen,
        evidence=tuple(lists),
        columns=_count_columns(con, count, rules, candidates.bits),
        rules=_measure(candidates, catches, unseen or 0.0),
        silent=tuple(each.rule for each in candidates.counts if each.rule not in made),
        left_out=tuple(each.rule for each in candidates.counts if each.rule in made and not each.pairs),
    )


def _score(
    con: duckdb.DuckDBPyConnection, candidates: Candidates, namespaces: list[str], records: int, settings: Settings
) -> Floats:
    """Probability of each candidate pair to be one person, with the rarity of values counted by record."""
    comparisons = list_comparisons(Source(con), namespaces, settings)
    if not comparisons:  # nothing two records could agree on, so nobody is expected to be anybody else
        return np.zeros(len(candidates))
    pairs = Pairs(candidates.left, candidates.right)
    levels = compare_pairs(comparisons, pairs)
    model = learn_model(comparisons, levels, pairs, records)
    names = tuple(each.name for each in comparisons)
    shape = tuple(tuple(level.name for level in each.levels) for each in comparisons)
    epoch = Epoch(names, shape, model, count_frequencies(con, comparisons))
    odds = score_pairs(prepare_scorer(con, comparisons, epoch), levels, pairs).astype(np.float64)
    return np.asarray(1 / (1 + np.exp2(-odds)))


def count_catches(masks: npt.NDArray[np.uint64], chances: Floats) -> Catches:
    """Step 2. masks: bits of the rules that found each pair; chances: its probability of being one person."""
    distinct, at = np.unique(masks, return_inverse=True)
    pairs = np.bincount(at, minlength=len(distinct)).astype(np.int64)
    matches = np.bincount(at, weights=chances, minlength=len(distinct)).astype(np.float64)
    return Catches(distinct, pairs, matches)


def group_by_evidence(rules: Sequence[Rule], bits: Mapping[str, int]) -> dict[str, int]:
    """Rules that rest on one kind of evidence alone, by that evidence, as bits.

    The groups share no column, so what one of them misses tells nothing of what another one misses.
    """
    found: dict[str, int] = {}
    for rule in rules:
        kinds = {EVIDENCE.get(column, column) for column in needed_columns(rule)}
        if rule.name in bits and len(kinds) == 1:
            kind = kinds.pop()
            found[kind] = found.get(kind, 0) | 1 << bits[rule.name]
    return dict(sorted(found.items()))


def estimate_unseen(catches: Catches, lists: Sequence[int]) -> float | None:
    """Step 3: expected matches that no rule at all finds, from how often independent lists find the same match.

    lists: bits of the rules of each list. Chao's estimator for lists of unequal reach (Biometrics 45, 1989, model M_t):
    with z_i matches caught by list i alone and f2 caught by two lists, the sum of z_i * z_j over all i < j, divided by
    f2 + 1, is missed by all lists. For two lists it is Petersen's. What the other rules, of mixed evidence, caught of
    those is subtracted.

    Limits: it is a lower bound where some matches are harder to catch for every list than others, such as those between
    records with little filled in. Lists that avoid each other (no record has both an e-mail and a phone) make it too
    high. It believes the probabilities. None when there is only one list, or too few matches in two for a ratio.
    """
    if len(lists) < 2:
        return None
    caught = np.stack([catches.by(mask) for mask in lists], axis=1)
    times = caught.sum(axis=1)
    twice = float(catches.matches[times == 2].sum())
    if twice < FEWEST:
        return None
    once = np.array([catches.matches[(times == 1) & column].sum() for column in caught.T])
    missed = (once.sum() ** 2 - (once**2).sum()) / 2 / (twice + 1)
    return max(float(missed - catches.matches[times == 0].sum()), 0.0)


def order_rules(catches: Catches, bits: Mapping[str, int]) -> list[tuple[str, float]]:
    """Step 4: rules with the expected matches each adds to those before it, most first, then as they were listed."""
    waiting = {name: catches.by(1 << bit) for name, bit in bits.items()}
    left = catches.matches.copy()
    ordered = []
    while waiting:
        gains = {name: float(left[found].sum()) for name, found in waiting.items()}
        best = max(gains, key=gains.__getitem__)
        ordered.append((best, gains[best]))
        left[waiting.pop(best)] = 0.0
    return ordered


def _measure(candidates: Candidates, catches: Catches, unseen: float) -> tuple[RulePlan, ...]:
    """The rules that make pairs. Beside `every pair`, rules are counted as if it were not there."""
    total = max(float(catches.matches.sum()) + unseen, 1e-9)
    bits = {name: bit for name, bit in candidates.bits.items() if name != SMALL_TABLE}
    ordered = order_rules(catches, bits)
    keyed = np.uint64(sum(1 << bit for bit in bits.values()))
    if SMALL_TABLE in candidates.bits:
        ordered.append((SMALL_TABLE, float(catches.matches[(catches.masks & keyed) == 0].sum())))
    counts = {each.rule: each for each in candidates.counts}
    planned, recall = [], 0.0
    for name, gain in ordered:
        bit = np.uint64(1 << candidates.bits[name])
        mine = (catches.masks & bit) != 0
        alone = mine & ((catches.masks & keyed & ~bit) == 0)
        recall += gain / total
        planned.append(
            RulePlan(
                rule=name,
                pairs=int(catches.pairs[mine].sum()),
                only_this_rule=int(catches.pairs[alone].sum()),
                dropped_blocks=counts[name].dropped_keys,
                pairs_without_limit=counts[name].pairs_without_limit,
                matches=float(catches.matches[mine].sum()),
                only_matches=float(catches.matches[alone].sum()),
                adds=gain / total,
                recall=recall,
            )
        )
    return tuple(planned)


def needed_columns(rule: Rule) -> frozenset[str]:
    """Standard columns (or the namespace) that a rule rests on; none that are known for a rule of the settings."""
    if rule.namespace is not None:
        return frozenset((rule.namespace,))
    words = {word for part in rule.parts for word in re.findall(r"\w+", part)}
    return frozenset(column for column, parts in STANDARD.items() if words.intersection(parts))


def _count_columns(
    con: duckdb.DuckDBPyConnection, records: int, rules: Sequence[Rule], bits: Mapping[str, int]
) -> tuple[ColumnCount, ...]:
    """Step 5: the standard columns and the namespaces."""
    counts = dict.fromkeys(STANDARD, (0, 0, 0))
    for name in STANDARD.keys() - {"email", "phone"}:
        column = STANDARD[name][0]
        row = con.execute(
            f"""
            select coalesce(sum(times), 0), count(*), coalesce(max(times), 0)
            from (select count(*) as times from identity_person where {column} is not null group by {column})
            """
        ).fetchone()
        counts[name] = row or (0, 0, 0)
    rows = con.execute(
        """
        with spread as (select namespace, key, count(*) as times from identity_value group by all),
        carried as (select namespace, count(distinct rid) as records from identity_value group by namespace)
        select namespace, records, count(*), max(times) from spread join carried using (namespace)
        group by all order by namespace
        """
    ).fetchall()
    counts |= {str(row[0]): (row[1], row[2], row[3]) for row in rows}
    needs = {rule.name: needed_columns(rule) for rule in rules}
    return tuple(
        ColumnCount(
            column=name,
            filled=int(filled) / records,
            distinct=int(distinct),
            largest=int(largest) / records,
            rules=sum(name in columns for columns in needs.values()),
            running=sum(name in columns and rule in bits for rule, columns in needs.items()),
        )
        for name, (filled, distinct, largest) in counts.items()
    )
