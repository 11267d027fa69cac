"""A segment looked at before it is used: how many, why not all, who they are by and large, what they share.

In: a segment, the other segments, mart.customer_360 and segment.membership. Out: counts, and ten masked rows. Nothing
is written; the snapshot will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from warehouse.segments.condition import TABLE
from warehouse.segments.definition import Segment
from warehouse.segments.errors import SegmentError
from warehouse.segments.masking import masked_cell
from warehouse.segments.membership import TOLD_DAY, SegmentCount, compute_members

SAMPLE = 10
_GROUPS = ("lifecycle_stage", "country", "channels")
_MOST_GROUPS = 8


@dataclass(frozen=True)
class Share:
    """A part of a segment: how many members, as a share of all, and how many of them may be contacted."""

    name: str
    members: int
    share: float
    consented: int


@dataclass(frozen=True)
class Overlap:
    """Members who are in another segment too; the shares are of this segment and of the other."""

    segment: str
    members: int
    share: float
    share_of_other: float


@dataclass(frozen=True)
class Change:
    """A day of a segment: how many entered and left, and how many it held at the end."""

    day: str
    entered: int
    left: int
    members: int


@dataclass(frozen=True)
class Preview:
    """What is known about a segment; `entered` and `left` are since the day before, None for an ad hoc one."""

    segment: Segment
    count: SegmentCount
    groups: dict[str, list[Share]]
    overlaps: list[Overlap]
    entered: int | None
    left: int | None
    sample_columns: tuple[str, ...]
    sample: list[tuple[str | None, ...]]


def preview_segment(con: duckdb.DuckDBPyConnection, segment: Segment, others: Sequence[Segment]) -> Preview:
    """Look at a segment; `others` are all that are defined, the segment itself among them or not."""
    count = compute_members(con, segment)
    entered, left = (
        _since_yesterday(con, segment) if any(each.name == segment.name for each in others) else (None, None)
    )
    columns = segment.columns or ("customer_id", "full_name", "lifecycle_stage")
    return Preview(
        segment,
        count,
        {group: _group(con, group, count.members) for group in _GROUPS},
        _overlap(con, segment, [each for each in others if each.name != segment.name], count.members),
        entered,
        left,
        (*columns, "withheld for"),
        _sample(con, columns),
    )


def read_history(con: duckdb.DuckDBPyConnection, name: str, days: int) -> list[Change]:
    """Who entered and left by day, the newest first, with the members that were left at the end of each day."""
    rows = con.execute(
        """
        with day as (
            select changed_on, count(*) filter (change = 'entered') as entered,
                count(*) filter (change = 'left') as gone, count(*) filter (change = 'merged') as merged,
                entered - gone - merged as more
            from segment.change where segment = $segment group by changed_on
        )
        select changed_on, entered, gone,
            (select count(*) from segment.membership where segment = $segment) - coalesce(sum(more) over (
                order by changed_on desc rows between unbounded preceding and 1 preceding), 0) as members
        from day order by changed_on desc limit $days
        """,
        {"segment": name, "days": days},
    ).fetchall()
    return [Change(row[0].isoformat(), row[1], row[2], int(row[3])) for row in rows]


def _group(con: duckdb.DuckDBPyConnection, column: str, members: int) -> list[Share]:
    value = "unnest(string_split(person.channels, ','))" if column == "channels" else f"person.{column}"
    rows = con.execute(
        f"""
        with part as (
            select {value} as name, member.reason is null as may
            from member inner join {TABLE} as person on person.customer_id = member.customer_id
        )
        select coalesce(name::varchar, 'unknown'), count(*), count(*) filter (may)
        from part group by all order by count(*) desc, 1 limit $most
        """,
        {"most": _MOST_GROUPS},
    ).fetchall()
    return [Share(name, many, many / members, may) for name, many, may in rows]


def _overlap(
    con: duckdb.DuckDBPyConnection, segment: Segment, others: Sequence[Segment], members: int
) -> list[Overlap]:
    """Every other segment's condition over everybody, in one pass; conditions come from confine_condition."""
    if not others:
        return []
    inside = "customer_id in (select customer_id from member)"
    counted = ", ".join(
        f"count(*) filter (holds_{place} and is_member), count(*) filter (holds_{place})"
        for place in range(len(others))
    )
    conditions = ", ".join(
        f"coalesce(({other.condition})::boolean, false) as holds_{place}" for place, other in enumerate(others)
    )
    try:
        row = con.execute(
            f"with held as (select {inside} as is_member, {conditions} from {TABLE}) select {counted} from held"
        ).fetchone()
    except duckdb.Error:
        raise SegmentError(
            f"[segment.{segment.name}] cannot be compared: the condition of another segment fails; "
            "`guiyi segment count` says which"
        ) from None
    both, all_of = (row or ())[::2], (row or ())[1::2]
    overlaps = [
        Overlap(other.name, shared, shared / members if members else 0.0, shared / whole if whole else 0.0)
        for other, shared, whole in zip(others, both, all_of, strict=True)
    ]
    return sorted(overlaps, key=lambda each: -each.members)


def _since_yesterday(con: duckdb.DuckDBPyConnection, segment: Segment) -> tuple[int, int]:
    """Who would have entered and left since the day before the marts' day: today's changes are taken back first."""
    row = con.execute(
        f"""
        with today as (
            select coalesce(alias.customer_id, change.customer_id) as customer_id, change.change
            from segment.change as change
            left join identity.alias as alias on alias.old_customer_id = change.customer_id
            where change.segment = $segment and change.changed_on = {TOLD_DAY}
        ),
        yesterday as (
            select customer_id from member_before where is_member
                and customer_id not in (select customer_id from today where change = 'entered')
            union
            select customer_id from today where change in ('left', 'merged')
        )
        select
            (select count(*) from member where customer_id not in (select customer_id from yesterday)),
            (select count(*) from yesterday where customer_id not in (select customer_id from member))
        """,
        {"segment": segment.name},
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _sample(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[tuple[str | None, ...]]:
    """Ten members, the same ones on every look, whoever may be contacted and whoever not."""
    kinds = {row[0]: row[1] for row in con.execute(f"describe {TABLE}").fetchall()}
    cells = ", ".join(masked_cell(column, kinds[column]) for column in columns)
    return con.execute(
        f"""
        select {cells}, member.reason
        from member inner join {TABLE} as person on person.customer_id = member.customer_id
        order by md5(member.customer_id) limit $sample
        """,
        {"sample": SAMPLE},
    ).fetchall()
