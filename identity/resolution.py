"""The whole of it: a records table in, who is who out, as temporary tables.

1. Prepare records and identifiers (preparation.py).
2. Block (blocking.py).
3. Compare candidates and random pairs (comparisons/).
4. Learn weights without labels (learning.py).
5. Score (scoring.py).
6. Cluster (clustering.py).
7. Set doubtful merges aside (review.py) and write the tables (reporting.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np

from identity.blocking import Candidates, find_candidates
from identity.clustering import Partition, Vetoes
from identity.comparisons import list_comparisons
from identity.comparisons.base import Comparison, Pairs
from identity.errors import InputError
from identity.learning import Model, Patterns, count_patterns, count_totals, learn
from identity.preparation import prepare_records, prepare_values
from identity.reporting import write_clusters, write_links, write_model, write_rules
from identity.review import write_review
from identity.rules import list_rules
from identity.scoring import FrequencyTable, frequency_tables, score
from identity.settings import Settings
from identity.vetoes import read_vetoes

RANDOM_PAIRS = 1_000_000
SEED = 20_260_101
CHUNK = 2_000_000
LINK_FLOOR = -10.0  # log2 odds below which a pair is neither stored nor clustered


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
    """Resolve a records table (see DESIGN: one row per record_id) and leave identity_* temporary tables."""
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
    tell(f"{len(candidates):,} candidate pairs")
    # 3. Compare.
    comparisons = list_comparisons(con, namespaces, rules, settings)
    pairs = Pairs(candidates.left, candidates.right, candidates.rules)
    levels = compare_pairs(comparisons, pairs)
    tell(f"{len(comparisons)} comparisons made")
    # 4. Learn.
    total = max(count * (count - 1) / 2, 1.0)
    model = learn_model(comparisons, levels, count, total)
    tell(f"weights learned in {model.rounds} rounds over {model.patterns:,} patterns")
    # 5. Score.
    tables = frequency_tables(comparisons)
    weights = score_pairs(comparisons, levels, pairs, model, tables)
    prior = float(np.log2(model.share_same / max(1 - model.share_same, 1e-9)))
    # 6. Cluster.
    keep = np.flatnonzero(weights + prior >= LINK_FLOOR)
    links = Links(pairs.left[keep], pairs.right[keep], (weights[keep] + prior).astype(np.float32))
    partition = cluster_links(count, links, read_vetoes(con, decisions, settings))
    tell("records clustered")
    # 7. Write.
    return _write(con, candidates, comparisons, levels[keep], links, model, tables, partition, prior, settings)


def compare_pairs(comparisons: list[Comparison], pairs: Pairs) -> Patterns:
    """Level of every comparison for every pair, shape (pairs, comparisons)."""
    out = np.zeros((len(pairs), len(comparisons)), np.uint8)
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = Pairs(pairs.left[part], pairs.right[part], pairs.rules[part])
        for column, comparison in enumerate(comparisons):
            out[part, column] = comparison.evaluate(chunk)
    return out


def learn_model(comparisons: list[Comparison], levels: Patterns, records: int, total: float) -> Model:
    """Weights from the candidates' levels and those of random pairs."""
    sample = compare_pairs(comparisons, _random_pairs(records, min(RANDOM_PAIRS, int(total))))
    patterns, counts = count_patterns(levels)
    return learn(comparisons, patterns, counts, count_totals(comparisons, patterns, counts, sample, total), total)


def score_pairs(
    comparisons: list[Comparison],
    levels: Patterns,
    pairs: Pairs,
    model: Model,
    tables: list[dict[int, FrequencyTable]],
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Weight in bits of every pair."""
    out = np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = Pairs(pairs.left[part], pairs.right[part], pairs.rules[part])
        out[part] = score(comparisons, levels[part], chunk, model, tables)
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


def _write(
    con: duckdb.DuckDBPyConnection,
    candidates: Candidates,
    comparisons: list[Comparison],
    levels: Patterns,
    links: Links,
    model: Model,
    tables: list[dict[int, FrequencyTable]],
    partition: Partition,
    prior: float,
    settings: Settings,
) -> Resolution:
    """Step 7: the identity_* tables and the counts."""
    write_links(con, candidates, comparisons, levels, links, model, tables, prior)
    write_clusters(con, partition)
    write_model(con, comparisons, model, prior)
    write_rules(con, candidates)
    review_rows = write_review(con, partition, links, prior, settings)
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
        stored_links=len(links.left),
        customers=len(sizes),
        largest_customer=int(sizes.max()),
        records_in_large_customers=int(sizes[sizes > 20].sum()),
        review_rows=review_rows,
        threshold=-prior,
    )
