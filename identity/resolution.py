"""The whole of it: a records table in, who is who out, as temporary tables.

1. Prepare records and identifiers (preparation.py).
2. Block (rules.py, blocking.py).
3. Compare candidates (comparisons/).
4. Learn weights without labels (learning.py).
5. Score (scoring.py).
6. Cluster; compare what blocking left out between clusters that may be one (closure.py); cluster again (clustering.py).
7. Write the tables (reporting.py) and set doubtful merges aside (review.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from identity.blocking import Candidates, find_candidates
from identity.closure import complete_pairs, new_pairs
from identity.clustering import Partition, Vetoes, cluster_records
from identity.comparisons import list_comparisons
from identity.comparisons.base import Comparison, Pairs
from identity.engines.duckdb import drop_tables
from identity.errors import InputError, NothingToCompareError
from identity.learning import Model, Patterns, count_patterns, count_totals, learn
from identity.preparation import prepare_records, prepare_values
from identity.reporting import Links, write_clusters, write_links, write_model, write_rules
from identity.review import write_review
from identity.rules import list_rules
from identity.scoring import Scorer, prepare_scorer
from identity.settings import Settings
from identity.vetoes import read_vetoes

RANDOM_PAIRS = 1_000_000
SEED = 20_260_101
CHUNK = 1_000_000
LINK_FLOOR = -10.0  # log2 odds below which a pair is not stored unless both records are of one customer

Odds = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Resolution:
    """Names of the temporary tables a resolution leaves behind, and its counts.

    threshold: weight in bits at which a pair is as likely one person as not.
    """

    links: str
    clusters: str
    review: str
    model: str
    rules: str
    records: int
    candidate_pairs: int
    stored_links: int
    customers: int
    largest_customer: int
    records_in_large_customers: int
    review_rows: int
    threshold: float


def resolve(
    con: duckdb.DuckDBPyConnection,
    records: str,
    identifiers: str | None,
    decisions: str | None,
    settings: Settings,
    progress: Callable[[str], None] | None = None,
) -> Resolution:
    """Resolve a records table (see DESIGN: one row per record_id) and leave identity_* temporary tables.

    identifiers, decisions: names of further tables, see preparation.py and vetoes.py. progress: told what is done.
    """
    tell = progress or (lambda _: None)
    # 1. Prepare.
    count = prepare_records(con, records, settings)
    if count == 0:
        raise InputError("the records table is empty: load records before resolving")
    namespaces = prepare_values(con, identifiers, settings)
    tell(f"{count:,} records prepared")
    # 2. Block.
    rules = list_rules(namespaces, settings)
    candidates = find_candidates(con, rules, count, settings.blocks)
    tell(f"{len(candidates):,} candidate pairs found")
    # 3. Compare.
    comparisons = list_comparisons(con, namespaces, candidates.bits, settings)
    if not comparisons:
        raise NothingToCompareError(
            "the records table holds nothing to compare: no name, contact, date, place or extra column"
        )
    pairs = Pairs(candidates.left, candidates.right, candidates.rules)
    levels = compare_pairs(comparisons, pairs)
    tell(f"{len(comparisons)} comparisons made")
    # 4. Learn.
    model = learn_model(comparisons, levels, count)
    scorer = prepare_scorer(comparisons, model)
    tell(f"weights learned in {model.rounds} rounds from {model.patterns:,} patterns")
    # 5. Score.
    odds = score_pairs(scorer, levels, pairs)
    # 6. Cluster.
    vetoes = read_vetoes(con, decisions, settings)
    pairs, levels, odds, partition = _cluster(count, comparisons, scorer, pairs, levels, odds, vetoes)
    tell("records clustered")
    # 7. Write.
    inside = partition.cluster[pairs.left] == partition.cluster[pairs.right]
    keep = np.flatnonzero((odds >= LINK_FLOOR) | inside)
    links = Links(Pairs(pairs.left[keep], pairs.right[keep], pairs.rules[keep]), levels[keep], odds[keep])
    found = _write(con, candidates, links, scorer, model, partition, settings)
    drop_tables(con, "identity_person", "identity_value", "identity_named_local")
    tell(f"{found.customers:,} customers")
    return found


def compare_pairs(comparisons: list[Comparison], pairs: Pairs) -> Patterns:
    """Level of every comparison for every pair, shape (pairs, comparisons)."""
    out = np.zeros((len(pairs), len(comparisons)), np.uint8, order="F")
    for start in range(0, len(pairs), CHUNK):
        chunk = pairs.part(start, start + CHUNK)
        for column, comparison in enumerate(comparisons):
            out[start : start + CHUNK, column] = comparison.evaluate(chunk)
    return out


def learn_model(comparisons: list[Comparison], levels: Patterns, records: int) -> Model:
    """Weights from the candidates' levels and those of random pairs."""
    total = max(records * (records - 1) / 2, 1.0)
    sample = compare_pairs(comparisons, _random_pairs(records, min(RANDOM_PAIRS, int(total))))
    patterns, counts = count_patterns(levels)
    return learn(comparisons, patterns, counts, count_totals(comparisons, patterns, counts, sample, total), total)


def score_pairs(scorer: Scorer, levels: Patterns, pairs: Pairs) -> Odds:
    """log2 odds of every pair."""
    out = np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), CHUNK):
        stop = start + CHUNK
        out[start:stop] = scorer.odds(levels[start:stop], pairs.part(start, stop))
    return out


def _random_pairs(records: int, wanted: int) -> Pairs:
    """Pairs of different records drawn with a fixed seed; all of them when there are few."""
    if records * (records - 1) // 2 <= wanted:
        left, right = np.triu_indices(records, 1)
    else:
        draw = np.random.default_rng(SEED).integers(0, records, (2, wanted))
        draw = draw[:, draw[0] != draw[1]]
        left, right = draw.min(axis=0), draw.max(axis=0)
    return Pairs(left.astype(np.int32), right.astype(np.int32), np.zeros(len(left), np.uint64))


def _cluster(
    records: int,
    comparisons: list[Comparison],
    scorer: Scorer,
    pairs: Pairs,
    levels: Patterns,
    odds: Odds,
    vetoes: Vetoes,
) -> tuple[Pairs, Patterns, Odds, Partition]:
    """Step 6: the final partition, and the pairs it rests on with their levels and odds."""
    keep = np.flatnonzero(odds >= LINK_FLOOR)
    near = pairs.take(keep)
    first = cluster_records(records, scorer.evidence(levels[keep], near), vetoes)
    complete = complete_pairs(records, first.cluster, near, odds[keep])
    fresh, among = new_pairs(complete, pairs)
    keep = np.flatnonzero((odds >= LINK_FLOOR) | among)
    fresh_levels = compare_pairs(comparisons, fresh)
    pairs = pairs.take(keep).join(fresh)
    levels = np.concatenate([levels[keep], fresh_levels])
    odds = np.concatenate([odds[keep], score_pairs(scorer, fresh_levels, fresh)])
    return pairs, levels, odds, cluster_records(records, scorer.evidence(levels, pairs), vetoes)


def _write(
    con: duckdb.DuckDBPyConnection,
    candidates: Candidates,
    links: Links,
    scorer: Scorer,
    model: Model,
    partition: Partition,
    settings: Settings,
) -> Resolution:
    """Step 7: the identity_* tables and the counts."""
    write_links(con, candidates, links, scorer)
    write_clusters(con, partition)
    write_model(con, scorer, model)
    write_rules(con, candidates)
    review_rows = write_review(con, partition, links, scorer.prior, settings)
    sizes = np.bincount(partition.cluster)
    sizes = sizes[sizes > 0]
    return Resolution(
        links="identity_link",
        clusters="identity_cluster",
        review="identity_review",
        model="identity_model",
        rules="identity_rule",
        records=int(sizes.sum()),
        candidate_pairs=len(candidates),
        stored_links=len(links),
        customers=len(sizes),
        largest_customer=int(sizes.max()),
        records_in_large_customers=int(sizes[sizes > 20].sum()),
        review_rows=review_rows,
        threshold=-scorer.prior,
    )
