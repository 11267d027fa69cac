"""Random numbers of the demo: every topic has its own stream, so that a new topic does not disturb the others.

In: the seed of the run and a topic name. Out: a numpy generator, or whole columns drawn from one.
"""

import zlib
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

_ALPHABET = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))


def open_stream(seed: int, topic: str) -> np.random.Generator:
    """Give the random stream of a topic; the same seed and topic always give the same numbers."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(topic.encode())]))


def draw_uniform_columns(rng: np.random.Generator, names: Sequence[str], rows: int) -> dict[str, pa.Array]:
    """Draw one uniform column in [0, 1) per name."""
    return {name: pa.array(rng.random(rows)) for name in names}


def draw_tokens(rng: np.random.Generator, prefix: str, length: int, rows: int) -> np.ndarray:
    """Draw opaque identifiers as WeChat hands them out: a fixed prefix and `length` random characters."""
    letters = np.ascontiguousarray(_ALPHABET[rng.integers(0, len(_ALPHABET), (rows, length))])
    return np.array([prefix], dtype=object) + letters.view(f"<U{length}").ravel().astype(object)


def draw_hex(rng: np.random.Generator, length: int, rows: int) -> np.ndarray:
    """Draw lower-case hexadecimal identifiers of `length` digits."""
    digits = np.ascontiguousarray(_ALPHABET[:16][rng.integers(0, 16, (rows, length))])
    table = str.maketrans("ABCDEFGHIJKLMNOP", "0123456789abcdef")
    text = "".join(digits.ravel().tolist()).translate(table)
    return (
        np.array([text], dtype=f"<U{max(1, len(text))}").view(f"<U{length}").astype(object)
        if rows
        else np.array([], object)
    )


def draw_choice(rng: np.random.Generator, weights: Sequence[float] | np.ndarray, rows: int) -> np.ndarray:
    """Draw positions of a weighted list, as integers."""
    cumulated = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(cumulated, rng.random(rows) * cumulated[-1], side="right").clip(0, len(cumulated) - 1)


def draw_unique_numbers(rng: np.random.Generator, low: int, high: int, rows: int) -> np.ndarray:
    """Draw `rows` different integers in [low, high), in random order."""
    step = (high - low) // max(rows, 1)
    slots = low + np.arange(rows, dtype=np.int64) * step
    return rng.permutation(slots + rng.integers(0, max(step, 1), rows))


def fetch_columns(con: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> dict[str, np.ndarray]:
    """Fetch a query's columns as numpy arrays."""
    table = con.execute(query, list(values)).to_arrow_table()
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
