"""Records that may be one person, directly or through others: components of the likely links.

Everything that is decided about a record is decided inside its component, so components can be worked on one after the
other, and a new record touches one component only.

1. Connected components of the links (scipy).
2. A component of implausibly many records is cut: its links below a higher floor are passed over, and again, until the
   pieces are of a size in which all pairs of records can be compared.
3. All pairs of records of each component (list_pairs), for whether two clusters are one person also depends on what
   disagrees, between records that share no key.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from identity.comparisons.base import Pairs

Numbers = npt.NDArray[np.int64]
Odds = npt.NDArray[np.float32]

FLOOR = 0.0  # log2 odds from which a pair is a link: as likely one person as not
STEP = 2.0
HIGHEST = 20.0  # a link this strong is never passed over
LARGEST = 200  # records of a component all of whose pairs are compared
PAIRS_AT_ONCE = 150_000


def find_components(records: int, links: Pairs, odds: Odds) -> Numbers:
    """Steps 1 and 2: the smallest record of its component, per record."""
    label = connect(records, links)
    floor = FLOOR
    at = np.arange(len(links))
    while floor < HIGHEST:
        large = np.bincount(label, minlength=records) > LARGEST
        members = np.flatnonzero(large[label])
        if not len(members):
            break
        floor += STEP
        at = at[large[label[links.left[at]]] & (odds[at] >= floor)]
        label[members] = members
        inside = links.take(at)
        pieces = connect(records, inside)
        label[members] = pieces[members]
    return label


def list_pairs(label: Numbers) -> Iterator[Pairs]:
    """Step 3: batches of pairs; components are never divided.

    Components larger than LARGEST are left out: the links there are must do.
    """
    order = np.argsort(label, kind="stable")
    sizes = np.bincount(label, minlength=len(label))
    numbers = np.flatnonzero((sizes > 1) & (sizes <= LARGEST))
    start = (np.cumsum(sizes) - sizes)[numbers]
    size = sizes[numbers].astype(np.int64)
    count = size * (size - 1) // 2
    batch = np.cumsum(count) // PAIRS_AT_ONCE
    for first, last in _runs(batch):
        yield _pair(order, start[first:last], size[first:last], count[first:last])


def _runs(batch: Numbers) -> Iterator[tuple[int, int]]:
    """First and last + 1 of each run of equal numbers."""
    edges = np.flatnonzero(np.diff(batch, prepend=-1, append=-1))
    for first, last in pairwise(edges):
        yield int(first), int(last)


def _pair(order: Numbers, start: Numbers, size: Numbers, count: Numbers) -> Pairs:
    """The k-th of each component's pairs, by counting back from its last one (rows of a triangle)."""
    which = np.repeat(np.arange(len(start)), count)
    back = np.repeat(np.cumsum(count), count) - 1 - np.arange(count.sum())
    row = ((np.sqrt(8.0 * back + 1) - 1) // 2).astype(np.int64)
    column = back - row * (row + 1) // 2
    left = order[start[which] + size[which] - 2 - row]
    right = order[start[which] + size[which] - 1 - column]
    return Pairs(left.astype(np.int32), right.astype(np.int32))


def connect(records: int, links: Pairs) -> Numbers:
    """Connected components, named by their smallest record."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(links), np.int8)
    graph = coo_array((ones, (links.left, links.right)), shape=(records, records))
    component = connected_components(graph, directed=False)[1]
    smallest = np.full(int(component.max(initial=-1)) + 1, records, np.int64)
    np.minimum.at(smallest, component, np.arange(records))
    return smallest[component]
