"""What a column is: its header's readings, checked against its values.

In: a column and the context. Out: a Guess with every meaning that holds, best first. The rule, in which *understood* is
the share that share_understood gives:

| sureness | header says it | understood | and                                                            |
|----------|----------------|------------|----------------------------------------------------------------|
| sure     | yes            | ≥ 0.9      | the meaning is one that values tell (an e-mail, a day, …)      |
| likely   | yes            | ≥ 0.5      | or only the header tells (a key, a city, a product)            |
| likely   | no             | ≥ 0.9      | nothing else looks so (an e-mail, a dialled number, hanzi name)|
| doubtful | yes            | less       | not used                                                       |
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.inference.header_words import HeaderReading, read_header
from pipeline.inference.sample import Column
from pipeline.inference.understanding import TELLING, Context, share_understood
from transforms.names import standardise_names
from transforms.national_ids import standardise_national_ids

MOST = 0.9
SOME = 0.5
# Fewer distinct values prove nothing by themselves.
_ENOUGH = 5
Sureness = Literal["sure", "likely", "doubtful"]


@dataclass(frozen=True)
class Meaning:
    """One meaning that a column may have. `head` is what the header says before it (`billing` city)."""

    name: str
    sureness: Sureness
    understood: float
    why: str
    strength: Literal["whole", "part", "values"]
    rank: int = 0
    head: str = ""


@dataclass(frozen=True)
class Guess:
    """A column and the meanings that hold for it, best first; `doubt` is one its header claims in vain."""

    column: Column
    meanings: tuple[Meaning, ...]
    doubt: Meaning | None = None


def guess_column(column: Column, context: Context) -> Guess:
    """The meanings of one column."""
    if not column.distinct:
        return Guess(column, ())
    readings = read_header(column.label)
    found = [_checked(column, reading, context) for reading in readings]
    held = [each for each in found if each.sureness != "doubtful"]
    if not held:
        held = [each for each in _by_values(column, context) if each.name not in {one.name for one in found}]
    return Guess(column, tuple(held), found[0] if found and not held else None)


def _checked(column: Column, reading: HeaderReading, context: Context) -> Meaning:
    """What the header says, with how much of the values agree."""
    share = share_understood(column, reading.meaning, context)
    telling = reading.meaning in TELLING
    sureness: Sureness = "sure" if telling and share >= MOST else "likely" if share >= SOME else "doubtful"
    how = "the header says so" if reading.strength == "whole" else "the header ends so"
    tested = "" if telling else "; only the header tells"
    return Meaning(
        reading.meaning, sureness, share, how + tested, reading.strength, reading.rank, reading.head
    )  # fmt: skip


def _by_values(column: Column, context: Context) -> Iterator[Meaning]:
    """What the values alone say, where nothing else looks like them."""
    if column.distinct < _ENOUGH:
        return
    for name, test in _TESTS.items():
        share = test(column, context)
        if share >= MOST:
            yield Meaning(name, "likely", share, "the values look so; the header does not say", "values")
            return


def _share(flags: pa.Array | pa.ChunkedArray) -> float:
    return float(pc.mean(pc.fill_null(flags, False).cast(pa.int8())).as_py() or 0.0)


def _understood(meaning: str) -> Callable[[Column, Context], float]:
    return lambda column, context: share_understood(column, meaning, context)


_DIALLED = r"^\s*['\"(]?(?:\+|00)\d|^1[3-9]\d{9}$|^\(?\d{2,5}\)?[- ]\d{3,4}[- ]?\d{3,4}$"


def _phones(column: Column, context: Context) -> float:
    dialled = _share(pc.match_substring_regex(column.values, _DIALLED))
    return min(dialled, share_understood(column, "phone", context)) if dialled >= MOST else 0.0


def _chinese_ids(column: Column, context: Context) -> float:
    if _share(pc.match_substring_regex(column.values, r"^\d{17}[\dXx]$|^\d{15}$")) < MOST:
        return 0.0
    return _share(pc.equal(standardise_national_ids(column.values)["kind"], "cn_ric"))


def _hanzi_names(column: Column, context: Context) -> float:
    if _share(pc.match_substring_regex(column.values, r"^[\p{Han}·]{2,6}$")) < MOST:
        return 0.0
    names = standardise_names(pa.table({"full_name": column.values}))
    return _share(pc.and_(pc.is_valid(names["name_simplified"]), pc.is_null(names["reason"])))


def _urls(column: Column, context: Context) -> float:
    return _share(pc.match_substring_regex(column.values, r"^https?://"))


def _moments(column: Column, context: Context) -> float:
    # A number alone could be anything.
    written = _share(pc.match_substring_regex(column.values, r"\d[-/.:年]\d"))
    return min(written, share_understood(column, "moment", context)) if written >= MOST else 0.0


_TESTS: dict[str, Callable[[Column, Context], float]] = {
    "email": _understood("email"),
    "url": _urls,
    "ip": lambda column, _: _share(pc.match_substring_regex(column.values, r"^(?:\d{1,3}\.){3}\d{1,3}$")),
    "moment": _moments,
    "national_id": _chinese_ids,
    "phone": _phones,
    "full_name": _hanzi_names,
}
