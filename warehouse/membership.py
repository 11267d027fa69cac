"""Who is in a segment: computed, counted, and compared with who was.

In: a segment and mart.customer_360. Out: segment.membership and segment.change, written only where something changed.
Every function works on the temporary tables that `compute_members` fills.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.segment_query import TABLE, SegmentError
from warehouse.segments import Segment

# The channel's address, and the identifiers that carry the same kind of address.
_NAMESPACES = {"email": "email", "phone": "phone", "wechat_openid": "wechat_openid"}


@dataclass(frozen=True)
class SegmentCount:
    """People in a segment; `withheld` = `without_consent` + `without_address` (of those who consent)."""

    members: int
    consented: int
    withheld: int
    without_consent: int
    without_address: int


def compute_members(con: duckdb.DuckDBPyConnection, segment: Segment) -> SegmentCount:
    """Fill the temporary table `member` (customer_id, reason) and count it.

    `reason` is empty for people who may be contacted. A person may be when they granted the purpose on the channel (or
    on any), nobody's record of them denied it, and the address is no address of a person who denied it: two people of
    one mailbox, or one person whose records could not be joined, are asked once.
    """
    try:
        con.execute(_members_statement(segment), {
            "purpose": segment.purpose, "channel": segment.channel, "namespace": _NAMESPACES[segment.address],
        })  # fmt: skip
    except (duckdb.BinderException, duckdb.ConversionException) as error:
        raise SegmentError(f"[segment.{segment.name}] where: {str(error).splitlines()[0]}") from None
    except duckdb.CatalogException:
        raise SegmentError(f"{TABLE} does not exist yet: run `guiyi profile` first") from None
    return _count(con)


def find_abandoned(con: duckdb.DuckDBPyConnection, segments: Collection[str]) -> list[str]:
    """Names that have members but are none of `segments`: they were taken out of segments.toml."""
    rows = con.execute("select distinct segment from segment.membership order by segment").fetchall()
    return [row[0] for row in rows if row[0] not in segments]


def empty_members(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the temporary table `member` with nobody."""
    con.execute("create or replace temp table member (customer_id varchar, reason varchar)")


def update_membership(con: duckdb.DuckDBPyConnection, segment: str, day: date) -> dict[str, int]:
    """Bring segment.membership and segment.change to the computed members.

    Returns how many entered and left, and how many are `renamed`: members still, under the id they were merged into.
    Call inside a transaction, after `compute_members`.
    """
    parameters: dict[str, object] = {"segment": segment}
    # 1. Who was a member, under today's ids: whoever was merged into another goes on, since the earlier day.
    con.execute(
        """
        create or replace temp table member_before as
        select
            coalesce(alias.customer_id, membership.customer_id) as customer_id,
            min(membership.entered_on) as entered_on
        from segment.membership as membership
        left join identity.alias as alias on alias.old_customer_id = membership.customer_id
        where membership.segment = $segment
        group by 1
        """,
        parameters,
    )
    con.execute(
        """
        create or replace temp table member_change as
        select coalesce(member.customer_id, before.customer_id) as customer_id,
            if(before.customer_id is null, 'entered', 'left') as change
        from member
        full join member_before as before on before.customer_id = member.customer_id
        where member.customer_id is null or before.customer_id is null
        """
    )
    changes = _count_changes(con, parameters)
    _replace_membership(con, parameters | {"day": day})
    _record_changes(con, parameters | {"day": day})
    return changes


def _members_statement(segment: Segment) -> str:
    # The condition comes from confine_condition and the address from a fixed list; every value is a parameter.
    return f"""
        create or replace temp table member as
        with chosen as (
            select customer_id, {segment.address} as address
            from {TABLE}
            where coalesce(({segment.condition})::boolean, false)
        ),
        refused as (
            select distinct identifier.value
            from customer.permission as permission
            inner join customer.identifier as identifier on identifier.customer_id = permission.customer_id
            where permission.purpose = $purpose and permission.channel = $channel and permission.status = 'denied'
                and identifier.namespace = $namespace
        )
        select
            chosen.customer_id,
            case
                when permission.status is distinct from 'granted' then 'consent'
                when refused.value is not null then 'consent'
                when chosen.address is null then 'address'
            end as reason
        from chosen
        left join customer.permission as permission
            on permission.customer_id = chosen.customer_id
            and permission.purpose = $purpose and permission.channel = $channel
        left join refused on refused.value = chosen.address
    """


def _count(con: duckdb.DuckDBPyConnection) -> SegmentCount:
    row = con.execute(
        """
        select count(*), count(*) filter (reason is null), count(*) filter (reason is not null),
            count(*) filter (reason = 'consent'), count(*) filter (reason = 'address')
        from member
        """
    ).fetchone()
    return SegmentCount(*(row or (0, 0, 0, 0, 0)))


def _count_changes(con: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> dict[str, int]:
    row = con.execute(
        """
        select
            count(*) filter (change = 'entered'),
            count(*) filter (change = 'left'),
            (
                select count(*) from segment.membership
                where segment = $segment and customer_id in (select old_customer_id from identity.alias)
            )
        from member_change
        """,
        parameters,
    ).fetchone()
    return dict(zip(("entered", "left", "renamed"), row or (0, 0, 0), strict=True))


def _replace_membership(con: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> None:
    # 2. Only rows that differ are touched: ids that changed or left go, ids that are new come.
    con.execute(
        """
        delete from segment.membership as membership
        where segment = $segment and not exists (
            select 1 from member inner join member_before as before on before.customer_id = member.customer_id
            where member.customer_id = membership.customer_id and before.entered_on = membership.entered_on
        )
        """,
        {"segment": parameters["segment"]},
    )
    con.execute(
        """
        insert into segment.membership (segment, customer_id, entered_on)
        select $segment, member.customer_id, coalesce(before.entered_on, $day)
        from member
        left join member_before as before on before.customer_id = member.customer_id
        where not exists (
            select 1 from segment.membership as membership
            where membership.segment = $segment and membership.customer_id = member.customer_id
        )
        order by member.customer_id
        """,
        parameters,
    )


def _record_changes(con: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> None:
    # 3. A day's net change: who enters and leaves on one day has done neither.
    con.execute(
        """
        create or replace temp table member_undone as
        select change.customer_id, member_change.change as undone_by
        from segment.change as change
        inner join member_change on member_change.customer_id = change.customer_id
        where change.segment = $segment and change.changed_on = $day and change.change <> member_change.change
        """,
        parameters,
    )
    con.execute(
        """
        delete from segment.change
        where segment = $segment and changed_on = $day and customer_id in (select customer_id from member_undone)
        """,
        parameters,
    )
    con.execute(
        """
        insert into segment.change (segment, customer_id, change, changed_on)
        select $segment, customer_id, change, $day
        from member_change
        where customer_id not in (select customer_id from member_undone)
        order by change, customer_id
        """,
        parameters,
    )
