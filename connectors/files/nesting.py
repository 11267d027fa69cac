"""JSON nested too deep to be data: brackets within brackets, which some parser further on would fall over."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DEEPEST = 500
REASON = f"nested deeper than {DEEPEST} levels"
_STEP = np.zeros(256, dtype=np.int8)
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1


def too_deep(texts: pa.ChunkedArray) -> np.ndarray:
    """For each JSON text, whether it is nested deeper than DEEPEST; only texts with so many brackets are looked at."""
    brackets = pc.add(pc.count_substring(texts, "["), pc.count_substring(texts, "{"))
    suspects = np.flatnonzero(pc.greater(brackets, DEEPEST).to_numpy(zero_copy_only=False))
    found = np.zeros(len(texts), dtype=bool)
    for position in suspects:
        found[position] = depth(texts[int(position)].as_py().encode("utf-8", errors="replace")) > DEEPEST
    return found


def depth(text: bytes) -> int:
    """How many brackets are open at most, those inside strings aside."""
    positions, _ = structure(np.frombuffer(text, dtype=np.uint8))
    steps = _STEP[np.frombuffer(text, dtype=np.uint8)[positions]]
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0))


def structure(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of brackets and commas outside strings, and the depth after each, in JSON that starts outside one."""
    positions = np.flatnonzero(_STRUCTURAL[data])
    inside = np.searchsorted(_quotes(data), positions) % 2 == 1
    positions = positions[~inside]
    return positions, np.cumsum(_STEP[data[positions]], dtype=np.int64)


_STRUCTURAL = _STEP != 0
_STRUCTURAL[ord(",")] = True


def _quotes(data: np.ndarray) -> np.ndarray:
    """Positions of quotes that open or close a string: not those behind an odd number of backslashes."""
    quotes = np.flatnonzero(data == ord('"'))
    slashes = np.flatnonzero(data == ord("\\"))
    if not len(slashes):
        return quotes
    starts = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    lengths = np.diff(np.append(starts, len(slashes)))
    escaped = slashes[starts + lengths - 1][lengths % 2 == 1] + 1
    return quotes[~np.isin(quotes, escaped)]
