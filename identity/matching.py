"""Pairs of records in, levels and log2 odds out, in chunks over all cores.

A pair's levels and odds depend on its two records and the epoch alone, so chunks can be worked on in any order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from identity.comparisons.base import Comparison, Pairs
from identity.learning import Patterns
from identity.scoring import Scorer

CHUNK = 200_000  # pairs; small enough for the caches, large enough for numpy

Odds = npt.NDArray[np.float32]


def compare_pairs(comparisons: list[Comparison], pairs: Pairs) -> Patterns:
    """Level of every comparison for every pair, shape (pairs, comparisons)."""
    out = np.zeros((len(pairs), len(comparisons)), np.uint8, order="F")

    def work(start: int, stop: int) -> None:
        chunk = pairs.part(start, stop)
        for column, comparison in enumerate(comparisons):
            out[start:stop, column] = comparison.evaluate(chunk)

    _over_chunks(len(pairs), work)
    return out


def score_pairs(scorer: Scorer, levels: Patterns, pairs: Pairs) -> Odds:
    """log2 odds of every pair."""
    out = np.zeros(len(pairs), np.float32)

    def work(start: int, stop: int) -> None:
        out[start:stop] = scorer.odds(levels[start:stop], pairs.part(start, stop))

    _over_chunks(len(pairs), work)
    return out


def _over_chunks(length: int, work: Callable[[int, int], None]) -> None:
    """Call `work(start, stop)` for every chunk; errors come out here."""
    chunks = list(_chunks(length))
    if len(chunks) < 2:
        for start, stop in chunks:
            work(start, stop)
        return
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done in [pool.submit(work, start, stop) for start, stop in chunks]:
            done.result()


def _chunks(length: int) -> Iterator[tuple[int, int]]:
    for start in range(0, length, CHUNK):
        yield start, min(start + CHUNK, length)
