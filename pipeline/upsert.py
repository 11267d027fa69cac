"""Writing standardised rows so that neither repetition nor order matters.

Rows of one key are versions; the newest by the source's time stays, ties go to the later delivery day, then to the
batch and line, which depend on content alone. So any order of deliveries ends in the same table.
"""

import duckdb

from warehouse.raw import quoted


def upsert_newest(
    con: duckdb.DuckDBPyConnection, target: str, staged: str, key: tuple[str, ...], time: str | None
) -> int:
    """Put the staged rows that are newer than what `target` holds, or new, into it; returns how many.

    `staged` has every column of `target`, by name, and `_delivered_on`. Leaves the rows written in `_winner`.
    """
    columns = [row[0] for row in con.execute(f"describe {target}").fetchall()]
    keys = ", ".join(key)
    matched = " and ".join(f"held.{name} = newest.{name}" for name in key)
    con.execute(
        f"""
        create or replace temp table _winner as
        with newest as (
            select * from {staged}
            qualify row_number() over (
                partition by {keys}
                order by {f"{time} desc nulls last," if time else ""} _delivered_on desc nulls last, _batch_id desc,
                    _line desc
            ) = 1
        )
        select newest.* from newest
        left join {target} as held on {matched}
        left join ops.batch as batch on held._batch_id = batch.batch_id
        where held._batch_id is null or {_is_newer(time)}
        """
    )
    listed = ", ".join(quoted(name) for name in columns)
    con.execute(f"delete from {target} where ({keys}) in (select ({keys}) from _winner)")
    row = con.execute(f"insert into {target} ({listed}) select {listed} from _winner order by {keys}").fetchone()
    return int(row[0]) if row else 0


def _is_newer(time: str | None) -> str:
    """Lexicographic comparison in which a missing time or day is older than any."""
    pairs = [(f"coalesce(newest.{time}, '0001-01-01')", f"coalesce(held.{time}, '0001-01-01')")] if time else []
    pairs += [
        ("coalesce(newest._delivered_on, '0001-01-01')", "coalesce(batch.delivered_on, '0001-01-01')"),
        ("newest._batch_id", "held._batch_id"),
        ("newest._line", "held._line"),
    ]
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    return f"({', '.join(left)}) > ({', '.join(right)})"
