"""Pairs blocking had no reason to make, but clustering needs: all records of two clusters that may become one.

Blocking finds what agrees. Whether two clusters are one person also depends on what disagrees, between records that
share no key. So after a first clustering every pair of records inside a cluster, and between two clusters with a
likely link, is compared too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from identity.comparisons.base import Pairs

Numbers = npt.NDArray[np.int64]

LIKELY = -3.0  # log2 odds of a link that makes two clusters worth a full comparison
MOST_PAIRS = 400  # of two clusters; beyond, the links there are must do


def complete_pairs(records: int, cluster: Numbers, pairs: Pairs, odds: npt.NDArray[np.float32]) -> Pairs:
    """All pairs between records of linked clusters and within clusters, sorted; rule bits are left empty."""
    likely = np.flatnonzero(odds > LIKELY)
    first, second = cluster[pairs.left[likely]], cluster[pairs.right[likely]]
    keys = np.unique(np.minimum(first, second) * records + np.maximum(first, second))
    low, high = keys // records, keys % records
    # Members of cluster c are members[start[c] : start[c] + size[c]].
    members = np.argsort(cluster, kind="stable")
    size = np.bincount(cluster, minlength=records)
    start = np.cumsum(size) - size
    small = size[low] * size[high] <= MOST_PAIRS
    low, high = low[small], high[small]
    # The k-th of size[low] * size[high] pairs of a cluster pair.
    count = size[low] * size[high]
    which = np.repeat(np.arange(len(low)), count)
    k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    left = members[start[low[which]] + k // size[high[which]]]
    right = members[start[high[which]] + k % size[high[which]]]
    packed = (np.minimum(left, right) << 32) | np.maximum(left, right)
    packed = np.unique(packed[left != right])
    none = np.zeros(len(packed), np.uint64)
    return Pairs((packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32), none)


def new_pairs(complete: Pairs, known: Pairs) -> tuple[Pairs, npt.NDArray[np.bool_]]:
    """The complete pairs that are not known yet, and which of the known pairs are among the complete ones."""
    wanted = (complete.left.astype(np.int64) << 32) | complete.right
    have = (known.left.astype(np.int64) << 32) | known.right
    at = np.minimum(np.searchsorted(have, wanted), max(len(have) - 1, 0))
    found = have[at] == wanted if len(have) else np.zeros(len(wanted), np.bool_)
    among = np.zeros(len(have), np.bool_)
    among[at[found]] = True
    fresh = ~found
    return Pairs(complete.left[fresh], complete.right[fresh], complete.rules[fresh]), among
