"""Guesses which dropped column is which added one under another name.

In: the changes of a stream's batches. Out: the same, with each dropped and added column that look alike told as one
renamed column, marked as a guess.

1. Alike: of the values both had (the dropped one in the last delivery that filled it, the added one in this), a third
   of the smaller set is in both, and there are at least five of them. What is new every day (order numbers) has no
   values in common: there, shape, share of filled rows and length must be close, and the name must resemble the old.
2. Of several candidates the best counts, if each is the other's best.

Values are compared inside DuckDB, over samples, and are stored nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from pipeline.sources import SourceStream
from warehouse.raw import quoted, raw_table

if TYPE_CHECKING:
    from pipeline.drift import Drift

_SAMPLE = 2_000
# More columns than this changed at once: another export altogether, in which everything resembles something.
_MOST = 40
_COMMON = 5
_SHARE = 1 / 3
_NAME = 0.75


@dataclass(frozen=True)
class _Likeness:
    """How alike two columns are: 0 to 1 for the values they share and for their names."""

    dropped: Drift
    added: Drift
    common: float
    name: float

    @property
    def score(self) -> float:
        return self.common + self.name

    @property
    def detail(self) -> str:
        why = f"{100 * self.common:.0f} % of its values are the same" if self.common else "its values look alike"
        return f"a guess: it is {self.added.column_name} now, {why}"


def guess_renames(con: duckdb.DuckDBPyConnection, each: SourceStream, found: list[Drift]) -> list[Drift]:
    """The changes, with pairs that look like a renaming as one row."""
    changed = list(found)
    for batch_id in dict.fromkeys(row.batch_id for row in found):
        here = [row for row in found if row.batch_id == batch_id]
        dropped, added = ([row for row in here if row.kind == kind] for kind in ("dropped", "added"))
        if not dropped or not added or len(dropped) + len(added) > _MOST:
            continue
        alike = [pair for old in dropped for new in added if (pair := _liken(con, each, old, new))]
        for pair in _mutual(alike):
            changed.remove(pair.added)
            at = changed.index(pair.dropped)
            changed[at] = replace(pair.dropped, kind="renamed", detail=pair.detail)
    return changed


def _mutual(alike: list[_Likeness]) -> list[_Likeness]:
    """Pairs that are each other's best."""
    ordered = sorted(alike, key=lambda pair: (-pair.score, pair.dropped.column_name, pair.added.column_name))
    best_new: dict[str, _Likeness] = {}
    best_old: dict[str, _Likeness] = {}
    for pair in ordered:
        best_new.setdefault(pair.added.column_name, pair)
        best_old.setdefault(pair.dropped.column_name, pair)
    return [pair for pair in best_old.values() if best_new[pair.added.column_name] is pair]


def _liken(con: duckdb.DuckDBPyConnection, each: SourceStream, dropped: Drift, added: Drift) -> _Likeness | None:
    """The likeness of two columns, or None when they are not alike."""
    names = {"old": dropped.column_name, "new": added.column_name, "batch_id": added.batch_id,
             "source": each.source.name, "stream": each.stream.name}  # fmt: skip
    row = con.execute(
        """
        with old as (
            select * from ops.batch_column
            where source = $source and stream = $stream and column_name = $old and batch_id <> $batch_id
            order by (select (loaded_at, coalesce(delivered_on, date '0001-01-01'), file_name) from ops.batch
                      where ops.batch.batch_id = ops.batch_column.batch_id) desc
            limit 1
        ),
        new as (select * from ops.batch_column where batch_id = $batch_id and column_name = $new)
        select old.batch_id,
            abs(old.numbers - new.numbers) + abs(old.dates - new.dates) + abs(old.ids - new.ids)
                + abs(old.jsons - new.jsons) <= 0.2
                and abs(old.filled - new.filled) <= 0.2 and abs(old.distinct_share - new.distinct_share) <= 0.25
                and greatest(old.mean_length, new.mean_length) <= 1.3 * least(old.mean_length, new.mean_length),
            jaro_winkler_similarity(regexp_replace(lower($old), '[\\W_]', '', 'g'),
                regexp_replace(lower($new), '[\\W_]', '', 'g'))
        from old, new
        """,
        names,
    ).fetchone()
    if row is None:
        return None
    batch_before, shaped, name = row
    common = _common_share(con, each, (batch_before, dropped.column_name), (added.batch_id, added.column_name))
    if common >= _SHARE:
        return _Likeness(dropped, added, common, float(name))
    return _Likeness(dropped, added, 0.0, float(name)) if shaped and name >= _NAME else None


def _common_share(
    con: duckdb.DuckDBPyConnection, each: SourceStream, old: tuple[str, str], new: tuple[str, str]
) -> float:
    """The share of the smaller set of values that is in both; 0 for too few, which say nothing (yes and no)."""
    values = (
        f"select distinct value from (select trim({quoted(column)}) as value "
        f"from {raw_table(each.source.name, each.stream.name)} where _batch_id = ${side} "
        f"and {quoted(column)} is not null limit {_SAMPLE}) where value <> ''"
        for side, column in (("old", old[1]), ("new", new[1]))
    )
    row = con.execute(
        f"""
        with old as ({next(values)}), new as ({next(values)})
        select (select count(*) from old semi join new using (value)),
            least((select count(*) from old), (select count(*) from new))
        """,
        {"old": old[0], "new": new[0]},
    ).fetchone()
    both, smaller = row or (0, 0)
    return both / smaller if both >= _COMMON else 0.0
