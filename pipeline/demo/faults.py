"""Broken lines, as crashed writers, wrong exports and bad disks leave them.

In: the intact rows of a file. Out: a few broken ones to put in between (about one in two thousand). A broken row is a
damaged double of a row that is also there intact, so no person is lost with it.
"""

from collections.abc import Callable, Sequence

import numpy as np

_RATE = 0.0005
_BINARY = bytes([0x00, 0x1F, 0x8B, 0x08, 0xFF, 0xFE, 0x80, 0x81, 0x9D, 0x00, 0x03])


def draw_faults(
    rows: Sequence[str], kind: str, rng: np.random.Generator, noise: float, encoding: str = "utf-8"
) -> dict[int, bytes]:
    """Draw broken doubles: for each chosen position the bytes that come after that row. `kind` is json, csv or log."""
    if not len(rows) or noise == 0:
        return {}
    count = int(rng.poisson(_RATE * len(rows) * noise)) + int(len(rows) > 40 and rng.random() < 0.5)
    faults = {}
    for spot in np.sort(rng.integers(0, len(rows), count)).tolist():
        damage = _DAMAGES[kind][int(rng.integers(0, len(_DAMAGES[kind])))]
        if "\n" in rows[spot]:
            # Half of a quoted cell would swallow the intact rows after it; half of an order would double the rest.
            damage = _stray_text
        faults[spot] = damage(rows[spot].encode(encoding, errors="replace"), rng)
    return faults


def _cut(row: bytes, rng: np.random.Generator) -> bytes:
    """A writer died in the middle of the line."""
    text = row.decode("utf-8", errors="ignore")
    return text[: 1 + int(rng.integers(0, max(1, len(text) * 3 // 4)))].encode()


def _wrong_bytes(row: bytes, rng: np.random.Generator) -> bytes:
    """Bytes that are no text in the file's encoding."""
    spot = 2 + int(rng.integers(0, max(1, len(row) - 4)))
    return row[:spot] + b"\xff\xfe\xff" + row[spot:]


def _extra_columns(row: bytes, rng: np.random.Generator) -> bytes:
    """An unquoted comma or two too many."""
    return row + b"," * int(rng.integers(2, 5)) + b"x,y"


def _binary(row: bytes, rng: np.random.Generator) -> bytes:
    """A block of another file."""
    return _BINARY * int(rng.integers(1, 4))


def _stray_text(row: bytes, rng: np.random.Generator) -> bytes:
    """A message of the exporter among the data."""
    return b"ERROR 1205: export interrupted, retrying"


def _empty_element(row: bytes, rng: np.random.Generator) -> bytes:
    return b"null"


def _text_element(row: bytes, rng: np.random.Generator) -> bytes:
    return b'"internal error"'


_DAMAGES: dict[str, tuple[Callable[[bytes, np.random.Generator], bytes], ...]] = {
    "json": (_cut, _cut, _wrong_bytes, _binary, _stray_text),
    "csv": (_extra_columns, _extra_columns, _wrong_bytes, _stray_text, _binary),
    "log": (_cut, _wrong_bytes, _binary, _stray_text),
    "element": (_empty_element, _text_element),
}
