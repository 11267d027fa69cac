"""Which names of a vocabulary are nicknames of each other (Bob, Rob and Robert)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def nickname_edges(vocabulary: pa.Array) -> npt.NDArray[np.int64]:
    """Sorted keys `low code << 32 | high code` of the pairs of names that stand for one another.

    A nickname goes with its full name, and with the other nicknames of that name. Facts from the package `nicknames`.
    """
    namer = _read_names()
    codes = {word: code for code, word in enumerate(vocabulary.to_pylist())}
    keys = set()
    for word, code in codes.items():
        for full in namer.canonicals_of(word):
            for other in {full, *namer.nicknames_of(full)}:
                partner = codes.get(other)
                if partner is not None and partner != code:
                    keys.add((min(code, partner) << 32) | max(code, partner))
    return np.array(sorted(keys), np.int64)


@cache
def _read_names() -> Any:
    """The package's names; its file is read once."""
    from nicknames import NickNamer

    return NickNamer()
