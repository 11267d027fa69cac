"""From levels to bits: the evidence of each pair, comparison by comparison, and its sum.

odds = prior - log2( (1-h) * 2^-R + h * 2^-H ), where R adds the bits against strangers, H those against members of one
household, h is the share of households among pairs that are not one person, and prior the log2 odds of any two records
being one person. The weight of a pair is its odds without the prior; what it lies below R is shown as a comparison of
its own, `household`. Agreement on a rare value weighs more: the damped log2 of the expected over the actual frequency.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.clustering import GRAIN, Evidence
from identity.comparisons.base import Comparison, Pairs
from identity.epoch import Epoch, Frequencies, hash_words, list_frequencies
from identity.learning import Patterns

Floats = npt.NDArray[np.float32]

DAMPING = 0.6
RAREST = 3.0  # records; a value seen less often is not taken to be rarer than this
MOST_FREQUENCY_BITS = 6.0
TINY = 1e-9


@dataclass(frozen=True)
class FrequencyTable:
    """Bits to add for agreeing on a value, by the code of the value."""

    codes: npt.NDArray[np.int32]
    bits: Floats


@dataclass(frozen=True)
class Scorer:
    """A model ready to score pairs: bits per comparison and level, and frequency tables per comparison and level."""

    comparisons: list[Comparison]
    strangers: tuple[Floats, ...]
    household: tuple[Floats, ...]
    tables: tuple[dict[int, FrequencyTable], ...]
    household_share: float
    prior: float

    def bits(self, column: int, levels: npt.NDArray[np.uint8], pairs: Pairs) -> Floats:
        """Bits of one comparison against strangers, value frequency included."""
        out = self.strangers[column][levels]
        for number, table in self.tables[column].items():
            at = np.flatnonzero(levels == number)
            codes = table.codes[pairs.left[at]]
            out[at[codes >= 0]] += table.bits[codes[codes >= 0]]
        return out

    def odds(self, levels: Patterns, pairs: Pairs) -> Floats:
        """log2 odds that each pair is one person."""
        strangers = np.zeros(len(pairs), np.float32)
        household = np.zeros(len(pairs), np.float32)
        for column in range(len(self.comparisons)):
            strangers += self.bits(column, levels[:, column], pairs)
            household += self.household[column][levels[:, column]]
        return self.prior + join_kinds(strangers, household, self.household_share)

    def evidence(self, levels: Patterns, pairs: Pairs, numbered: Pairs) -> Evidence:
        """Bits per comparison for clustering, which knows the records by the numbers of `numbered`."""
        shape = (len(pairs), len(self.comparisons))
        strangers, household = np.empty(shape), np.empty(shape)
        present = np.empty(shape, np.bool_)
        for column, comparison in enumerate(self.comparisons):
            strangers[:, column] = np.round(self.bits(column, levels[:, column], pairs) * GRAIN) / GRAIN
            household[:, column] = (np.round(self.household[column] * GRAIN) / GRAIN)[levels[:, column]]
            present[:, column] = ~comparison.silent[levels[:, column]]
        return Evidence(
            numbered.left,
            numbered.right,
            strangers,
            household,
            present,
            np.array([not comparison.lasting for comparison in self.comparisons]),
            self.household_share,
            self.prior,
        )


def join_kinds(strangers: Floats, household: Floats, share: float) -> Floats:
    """Bits against strangers and household together; the lesser of the two has its way."""
    if share <= 0:
        return strangers
    return -np.logaddexp2(np.float32(np.log2(1 - share)) - strangers, np.float32(np.log2(share)) - household)


LARGEST_SHARE = 1 / 3  # of all pairs that may be one person before anything is known of them


def prepare_scorer(con: duckdb.DuckDBPyConnection, comparisons: list[Comparison], epoch: Epoch) -> Scorer:
    """The scorer of comparisons that an epoch knows."""
    model = epoch.model
    bits = {
        name: epoch.frequencies[name].look_up(hash_words(con, each.words))
        for name, each in list_frequencies(comparisons).items()
    }
    tables = tuple(
        {
            number: FrequencyTable(level.frequency.codes, bits[level.frequency.column])
            for number, level in enumerate(item.levels)
            if level.frequency is not None
        }
        for item in comparisons
    )
    columns = [epoch.column(item) for item in comparisons]
    weights, against_household = model.weights(), model.household_weights()
    # In a table of a few records EM may find that most pairs are one person; absence of evidence must not merge.
    share_same = min(model.share_same, LARGEST_SHARE)
    return Scorer(
        comparisons,
        tuple(weights[column].astype(np.float32) for column in columns),
        tuple(against_household[column].astype(np.float32) for column in columns),
        tables,
        min(model.share_household / max(1 - share_same, 1e-9), 0.5),
        float(np.log2(share_same / max(1 - share_same, 1e-9))),
    )


def count_frequencies(
    con: duckdb.DuckDBPyConnection, comparisons: list[Comparison], groups: npt.NDArray[np.int64] | None = None
) -> dict[str, Frequencies]:
    """Bits of every value that is carried by more than RAREST records; the others are all equally rare.

    groups: a number per record; records of one group then count once, so that a person with many records does not make
    a name common.
    """
    found = {}
    for name, each in list_frequencies(comparisons).items():
        counts = _count_values(each.codes, len(each.words), groups)
        expected = float((counts * counts).sum() / max(counts.sum(), 1.0))
        bits = DAMPING * np.log2(np.maximum(expected, TINY) / np.maximum(counts, RAREST))
        bits = np.clip(bits, -MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS).astype(np.float32)
        other = DAMPING * np.log2(max(expected, TINY) / RAREST)
        at = np.flatnonzero(counts > RAREST)
        hashes = hash_words(con, each.words.take(pa.array(at)))
        order = np.argsort(hashes)
        found[name] = Frequencies(
            hashes[order], bits[at[order]], float(np.clip(other, -MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS))
        )
    return found


def _count_values(
    codes: npt.NDArray[np.int32], values: int, groups: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.float64]:
    """Records, or groups of records, per value."""
    counts = np.bincount(codes[codes >= 0], minlength=values).astype(np.float64)
    if groups is None:
        return counts
    at = np.flatnonzero(codes >= 0)
    at = at[counts[codes[at]] > RAREST]
    pairs = np.unique((groups[at].astype(np.int64) << 32) | codes[at])
    several = np.bincount(pairs & 0xFFFFFFFF, minlength=values).astype(np.float64)
    return np.where(counts > RAREST, several, counts)
