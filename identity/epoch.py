"""An epoch: everything that was learned and then holds still, so that a pair's weight depends on its two records alone.

It lives in four temporary tables, which a caller may keep and bring back:

    identity_model      weights per comparison and level, and the facts of the epoch (reporting.py)
    identity_frequency  column_name, value_hash, bits: what agreeing on a value adds; the row without a hash is for
                        every value that is not listed
    identity_dropped    rule, key: blocks that were too large (blocking.py)
    identity_spelling   part, word: names that occur (spelling.py)

Values are kept as DuckDB's hashes, never as text. A hash may change with DuckDB's version, so an epoch is only good for
the version and the settings it was learned with: `fingerprint`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.comparisons.base import Comparison, Frequency
from identity.engines.duckdb import read_arrow, read_numpy, write_table
from identity.learning import Model
from identity.settings import Settings

Floats = npt.NDArray[np.float32]

TABLES = ("identity_model", "identity_frequency", "identity_dropped", "identity_spelling")
SHAPE = 1  # counted up when the meaning of what is stored changes


@dataclass(frozen=True)
class Frequencies:
    """Bits of the values of one column: by hash, ascending, and for all others."""

    hashes: npt.NDArray[np.uint64]
    bits: Floats
    other: float

    def look_up(self, hashes: npt.NDArray[np.uint64]) -> Floats:
        """Bits of values by their hashes."""
        out = np.full(len(hashes), self.other, np.float32)
        if len(self.hashes) and len(hashes):
            at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            found = self.hashes[at] == hashes
            out[found] = self.bits[at[found]]
        return out


@dataclass(frozen=True)
class Epoch:
    """Model and value frequencies by column name. names: of the model's comparisons, in its order."""

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    model: Model
    frequencies: dict[str, Frequencies]

    def column(self, comparison: Comparison) -> int:
        """Where the model keeps a comparison."""
        return self.names.index(comparison.name)


def fingerprint(settings: Settings) -> str:
    """What an epoch is only good for: settings, DuckDB's version and the shape of what is stored."""
    known = repr((SHAPE, duckdb.__version__, sorted(settings.namespaces.items()), settings.comparisons,
                  settings.blocking, settings.blocks))  # fmt: skip
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def hash_words(con: duckdb.DuckDBPyConnection, words: pa.Array) -> npt.NDArray[np.uint64]:
    """DuckDB's hash of every value, in order."""
    con.register("_identity_words", pa.table({"word": words}))
    try:
        return np.asarray(read_numpy(con, "select hash(word) as hash from _identity_words")["hash"], np.uint64)
    finally:
        con.unregister("_identity_words")


def list_frequencies(comparisons: list[Comparison]) -> dict[str, Frequency]:
    """The columns whose values' rarity counts, by name."""
    found = {}
    for comparison in comparisons:
        for level in comparison.levels:
            if level.frequency is not None:
                found[level.frequency.column] = level.frequency
    return found


def write_frequencies(con: duckdb.DuckDBPyConnection, frequencies: dict[str, Frequencies]) -> None:
    """Create identity_frequency."""
    parts = [
        pa.table(
            {
                "column_name": pa.array([name] * (len(each.hashes) + 1), pa.string()),
                "value_hash": pa.chunked_array([pa.array([None], pa.uint64()), pa.array(each.hashes, pa.uint64())]),
                "bits": pa.array(np.concatenate(([each.other], each.bits)).astype(np.float32)),
            }
        )
        for name, each in sorted(frequencies.items())
    ]
    empty = pa.table(
        {"column_name": pa.array([], pa.string()), "value_hash": pa.array([], pa.uint64()),
         "bits": pa.array([], pa.float32())}
    )  # fmt: skip
    write_table(con, "identity_frequency", pa.concat_tables([empty, *parts]))


def read_epoch(con: duckdb.DuckDBPyConnection) -> Epoch:
    """The epoch in the four tables."""
    rows = con.execute("""
        select comparison_name, level, m, household, u, share_same, share_household, patterns
        from identity_model order by comparison_number, level_number
    """).fetchall()
    names = tuple(dict.fromkeys(row[0] for row in rows))
    levels = tuple(tuple(row[1] for row in rows if row[0] == name) for name in names)

    def shares(column: int) -> tuple[npt.NDArray[np.float64], ...]:
        return tuple(np.array([row[column] for row in rows if row[0] == name]) for name in names)

    model = Model(shares(2), shares(3), shares(4), rows[0][5], rows[0][6], 0, int(rows[0][7]))
    return Epoch(names, levels, model, _read_frequencies(con))


def _read_frequencies(con: duckdb.DuckDBPyConnection) -> dict[str, Frequencies]:
    table = read_arrow(con, "select column_name, value_hash, bits from identity_frequency")
    columns = pc.dictionary_encode(table["column_name"]).combine_chunks()
    numbers, listed = np.asarray(columns.indices), np.asarray(pc.is_valid(table["value_hash"]))
    hashes = np.asarray(table["value_hash"].fill_null(0), np.uint64)
    bits = np.asarray(table["bits"], np.float32)
    found = {}
    for number, name in enumerate(columns.dictionary.to_pylist()):
        at, other = np.flatnonzero((numbers == number) & listed), np.flatnonzero((numbers == number) & ~listed)
        at = at[np.argsort(hashes[at])]
        found[name] = Frequencies(hashes[at], bits[at], float(bits[other[0]]))
    return found
