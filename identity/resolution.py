"""The whole of it: a records table in, who is who out, as temporary tables.

1. Prepare records and identifiers (preparation.py).
2. Block (rules.py, blocking.py).
3. Compare candidates (comparisons/, matching.py).
4. Learn weights without labels (learning.py), unless an epoch is in force (epoch.py).
5. Score (scoring.py).
6. Group: components, all pairs of each, clusters (grouping.py). When learning, the rarity of values is counted anew
   first: by likely person instead of by record.
7. Write the tables (reporting.py) and set doubtful merges aside (review.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np

from identity.blocking import Candidates, find_candidates, prepare_keys
from identity.clustering import Vetoes
from identity.comparisons import Source, list_comparisons
from identity.comparisons.base import Comparison, Pairs
from identity.components import FLOOR, connect
from identity.engines.duckdb import drop_tables
from identity.epoch import Epoch, read_epoch, write_frequencies
from identity.errors import InputError, NothingToCompareError
from identity.grouping import Grouping, group_records
from identity.learning import Model, Patterns, count_patterns, count_totals, learn
from identity.matching import compare_pairs, score_pairs
from identity.preparation import count_persons, list_namespaces, prepare_records, prepare_values
from identity.reporting import Links, write_clusters, write_links, write_model, write_rules
from identity.review import write_review
from identity.rules import list_rules
from identity.scoring import Scorer, count_frequencies, prepare_scorer
from identity.settings import Settings
from identity.spelling import list_spellings, mark_spelled
from identity.state import fingerprint_records, save_state
from identity.vetoes import read_vetoes

RANDOM_PAIRS = 1_000_000
SEED = 20_260_101
STRONG = 5.0  # log2 odds of links that tell likely persons when values are counted


@dataclass(frozen=True)
class Resolution:
    """Names of the temporary tables a resolution leaves behind, and its counts.

    threshold: weight in bits at which a pair is as likely one person as not. overgrown: blocks that have outgrown the
    epoch.
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
    overgrown: int = 0


def resolve(
    con: duckdb.DuckDBPyConnection,
    records: str,
    identifiers: str | None,
    decisions: str | None,
    settings: Settings,
    progress: Callable[[str], None] | None = None,
    *,
    learned: bool = False,
    explain: bool = True,
    keep: str | None = None,
) -> Resolution:
    """Resolve a records table (see DESIGN: one row per record_id) and leave identity_* temporary tables.

    identifiers, decisions: names of further tables, see preparation.py and vetoes.py. progress: told what is done.
    learned: the tables of an epoch (epoch.py) are there and in force. explain: whether the links are written out.
    keep: schema that keeps what the next increment needs (state.py).
    """
    tell = progress or (lambda _: None)
    # 1. Prepare.
    count = prepare_records(con, records, settings)
    if count == 0:
        raise InputError("the records table is empty: load records before resolving")
    prepare_values(con, identifiers, settings)
    namespaces = count_persons(con)
    drop_tables(con, "identity_carried")
    if not learned:
        list_spellings(con)
    mark_spelled(con)
    tell(f"{count:,} records prepared")
    # 2. Block.
    rules = list_rules(namespaces, settings)
    prepare_keys(con, rules)
    candidates = find_candidates(con, rules, count, settings.blocks, learned)
    if keep is None:
        drop_tables(con, "identity_key")
    pairs = Pairs(candidates.left, candidates.right)
    tell(f"{len(candidates):,} candidate pairs found")
    # 3. Compare.
    epoch = read_epoch(con) if learned else None
    if epoch:
        # Values that nobody shares any more still tell records apart; what is compared is up to the epoch alone.
        namespaces = list_namespaces(con, "identity_value", shared=False)
    comparisons = list_comparisons(Source(con), namespaces, settings, epoch.names if epoch else None)
    if not comparisons:
        raise NothingToCompareError(
            "the records table holds nothing to compare: no name, contact, date, place or extra column"
        )
    levels = compare_pairs(comparisons, pairs)
    tell(f"{len(comparisons)} comparisons made")
    vetoes = read_vetoes(con, decisions, settings)
    # 4. to 6. Learn, score, group.
    if epoch is None:
        model = learn_model(comparisons, levels, pairs, count)
        tell(f"weights learned in {model.rounds} rounds from {model.patterns:,} patterns")
        epoch = _first_epoch(con, comparisons, model)
        epoch = _second_epoch(con, epoch, prepare_scorer(con, comparisons, epoch), levels, pairs, count)
        write_frequencies(con, epoch.frequencies)
    scorer = prepare_scorer(con, comparisons, epoch)
    odds = score_pairs(scorer, levels, pairs)
    at = np.flatnonzero(odds >= FLOOR)
    links, odds = pairs.take(at), odds[at]
    grouping = group_records(scorer, count, links, odds, vetoes)
    tell("records clustered")
    if keep is not None:
        fingerprint_records(con, records, identifiers, settings)
        save_state(con, keep, links, odds, decisions)
    # 7. Write.
    found = _write(con, candidates, grouping, scorer, epoch, settings, vetoes, explain)
    if not learned:
        write_model(con, scorer, epoch)
    drop_tables(con, "identity_named_local", "identity_key")
    tell(f"{found.customers:,} customers")
    return found


def learn_model(comparisons: list[Comparison], levels: Patterns, pairs: Pairs, records: int) -> Model:
    """Weights from the candidates' levels and those of random pairs."""
    total = max(records * (records - 1) / 2, 1.0)
    sample = compare_pairs(comparisons, _random_pairs(records, min(RANDOM_PAIRS, int(total))))
    patterns, counts = count_patterns(levels)
    return learn(comparisons, patterns, counts, count_totals(comparisons, patterns, counts, sample, total), total)


def _random_pairs(records: int, wanted: int) -> Pairs:
    """Pairs of different records drawn with a fixed seed; all of them when there are few."""
    if records * (records - 1) // 2 <= wanted:
        left, right = np.triu_indices(records, 1)
    else:
        draw = np.random.default_rng(SEED).integers(0, records, (2, wanted))
        draw = draw[:, draw[0] != draw[1]]
        left, right = draw.min(axis=0), draw.max(axis=0)
    return Pairs(left.astype(np.int32), right.astype(np.int32))


def _first_epoch(con: duckdb.DuckDBPyConnection, comparisons: list[Comparison], model: Model) -> Epoch:
    """The model with the rarity of values counted by record."""
    names = tuple(each.name for each in comparisons)
    levels = tuple(tuple(level.name for level in each.levels) for each in comparisons)
    return Epoch(names, levels, model, count_frequencies(con, comparisons))


def _second_epoch(
    con: duckdb.DuckDBPyConnection, first: Epoch, scorer: Scorer, levels: Patterns, pairs: Pairs, records: int
) -> Epoch:
    """The model with the rarity of values counted by likely person: records joined by strong links."""
    odds = score_pairs(scorer, levels, pairs)
    strong = pairs.take(np.flatnonzero(odds >= STRONG))
    frequencies = count_frequencies(con, scorer.comparisons, connect(records, strong))
    return Epoch(first.names, first.levels, first.model, frequencies)


def _write(
    con: duckdb.DuckDBPyConnection,
    candidates: Candidates,
    grouping: Grouping,
    scorer: Scorer,
    epoch: Epoch,
    settings: Settings,
    vetoes: Vetoes,
    explain: bool,
) -> Resolution:
    """Step 7: the identity_* tables and the counts."""
    links = Links(grouping.pairs, grouping.levels, grouping.odds)
    if explain:
        write_links(con, candidates, links, scorer, epoch)
    write_clusters(con, grouping.partition)
    write_rules(con, candidates)
    review_rows = write_review(con, grouping.partition, links, scorer.prior, settings, vetoes=vetoes, scorer=scorer)
    sizes = np.bincount(grouping.partition.cluster)
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
        overgrown=candidates.overgrown,
    )
