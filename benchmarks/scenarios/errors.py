"""How the scenarios' values go wrong: slips of the pen, values left out, values of somebody else.

In: an array of text and the share of values to spoil. Out: a new array. Text is handled as rows of code points, so that
a slip is a shift of indices and no value is looked at one by one. Empty text is missing and stays so.
"""

import numpy as np

from benchmarks.scenarios.words import Text

_LETTERS = np.array([ord(each) for each in "abcdefghijklmnopqrstuvwxyz"], np.uint32)
_DIGITS = np.array([ord(each) for each in "0123456789"], np.uint32)


def leave_out(rng: np.random.Generator, values: Text, share: float) -> Text:
    """A share of the values missing."""
    return np.where(rng.random(len(values)) < share, "", values)


def replace(rng: np.random.Generator, values: Text, others: Text, share: float) -> Text:
    """A share of the values replaced by the other ones, where these are not empty."""
    return np.where((rng.random(len(values)) < share) & (others != ""), others, values)


def mix_up(rng: np.random.Generator, values: Text, share: float) -> Text:
    """A share of the values replaced by those of other rows."""
    return replace(rng, values, rng.permutation(values), share)


def exchange(rng: np.random.Generator, first: Text, second: Text, share: float) -> tuple[Text, Text]:
    """A share of the rows with the two values in each other's place."""
    swapped = rng.random(len(first)) < share
    return np.where(swapped, second, first), np.where(swapped, first, second)


def mistype(rng: np.random.Generator, values: Text, share: float) -> Text:
    """One slip in a share of the values: a letter left out, written twice, swapped with the next, or another one."""
    width = max(values.dtype.itemsize // 4, 1) + 1
    letters = values.astype(f"<U{width}").view(np.uint32).reshape(len(values), width).copy()
    length = np.strings.str_len(values)
    rows = np.flatnonzero((rng.random(len(values)) < share) & (length >= 3))
    spot = (1 + rng.random(len(rows)) * (length[rows] - 2)).astype(np.int64)
    kind = rng.integers(0, 4, len(rows))
    place = np.tile(np.arange(width), (len(rows), 1))
    at = place == spot[:, None]
    after = place == spot[:, None] + 1
    source = np.select(
        [(kind == 0)[:, None], (kind == 1)[:, None], (kind == 2)[:, None]],
        [
            np.minimum(place + (place >= spot[:, None]), width - 1),
            place - (place > spot[:, None]),
            place + at.astype(np.int64) - after.astype(np.int64),
        ],
        place,
    )
    changed = np.take_along_axis(letters[rows], source, axis=1)
    other = _draw_like(rng, changed[at])
    changed[at] = np.where(kind == 3, other, changed[at])
    letters[rows] = changed
    return letters.view(f"<U{width}").reshape(len(values))


def _draw_like(rng: np.random.Generator, old: np.ndarray) -> np.ndarray:
    """A digit for a digit, a letter for anything else."""
    digit = (old >= ord("0")) & (old <= ord("9"))
    drawn = (_DIGITS[rng.integers(0, 10, len(old))], _LETTERS[rng.integers(0, 26, len(old))])
    return np.where(digit, *drawn)
