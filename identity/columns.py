"""Columns of identity_person as integers: equal text has an equal code, a missing value is -1.

Comparing codes replaces comparing text; text is only looked at where codes differ. Codes follow the order of the dense
record numbers, so the same records give the same codes whatever order they arrived in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Column:
    """Codes per record and the value each code stands for, as an Arrow array."""

    codes: Codes
    words: pa.Array


def encode(values: pa.ChunkedArray) -> Column:
    """A text or number column as codes."""
    return encode_together(values)[0]


def encode_together(*columns: pa.ChunkedArray) -> tuple[Column, ...]:
    """Columns that share one vocabulary, so that their codes can be compared with each other."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    if not chunks:
        empty = Column(np.empty(0, np.int32), pa.array([], columns[0].type))
        return tuple(empty for _ in columns)
    encoded = pc.dictionary_encode(pa.chunked_array(chunks)).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    splits = np.cumsum([len(column) for column in columns])[:-1]
    return tuple(Column(part, encoded.dictionary) for part in np.split(codes, splits))


def numbers(values: pa.ChunkedArray, missing: int = -1) -> npt.NDArray[np.int64]:
    """A whole-number column with missing values as -1."""
    return values.fill_null(missing).to_numpy().astype(np.int64)
