"""Who is in a segment: computed, counted, and compared with who was.

In: a segment and mart.customer_360. Out: segment.membership and segment.change, written only where something changed.
Every function works on the temporary tables that `compute_members` fills: `member` and `member_before`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.segments.audience import mobile_sql
from warehouse.segments.condition import TABLE, known_columns
from warehouse.segments.definition import Segment
from warehouse.segments.errors import SegmentError

# The column that holds a channel's address is named like the identifiers that carry the same kind of address.
_WECOM = "wecom_external_userid"

# What a condition may fail with: by what it says, or on the value of a row.
_OF_THE_CONDITION = (duckdb.BinderException, duckdb.ParserException, duckdb.NotImplementedException)
_FAILURES = (*_OF_THE_CONDITION, duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)

# SQL of the day that is told: the marts', or a later one that was told before them.
TOLD_DAY = f"""greatest(
    (select max(as_of) from {TABLE}), (select max(changed_on) from segment.change where segment = $segment)
)"""

# Why somebody is left out, in the order in which one reason hides the next.
REASONS = ("consent", "suppressed", "minor", "address", "holdout")


@dataclass(frozen=True)
class SegmentCount:
    """People in a segment. `consented` are in a file; `withheld` is the sum of what follows it.

    Without an address, and held out, are only those who may be contacted otherwise.
    """

    members: int
    consented: int
    withheld: int
    without_consent: int
    without_address: int
    suppressed: int = 0
    minors: int = 0
    holdout: int = 0


def compute_members(con: duckdb.DuckDBPyConnection, segment: Segment) -> SegmentCount:
    """Fill the temporary table `member` (customer_id, reason, is_holdout, drawn_by) and count it.

    `reason` is empty for people who may be contacted. A person may be when they granted the purpose on the channel (or
    on any), nobody's record of them denied it, and the address is no address of a person who denied it: two people of
    one mailbox, or one person whose records could not be joined, are asked once. customer.permission is the one place
    that says so, suppression and minors included.

    The holdout is drawn by a hash of the segment's name and the customer id the person entered under, so that it is
    the same on every run, another in every segment, and outlives a merge; with a larger share it only grows.
    """
    try:
        gather_before(con, segment.name)
        con.execute(_members_statement(con, segment), {
            "purpose": segment.purpose, "channel": segment.channel, "namespace": _namespace(segment),
            "segment": segment.name, "holdout": segment.holdout,
        })  # fmt: skip
    except _FAILURES as error:
        raise SegmentError(f"[segment.{segment.name}] where: {_without_values(error, segment.condition)}") from None
    except duckdb.CatalogException as error:
        if TABLE.partition(".")[2] in str(error) or "Schema" in str(error):
            raise SegmentError(f"{TABLE} does not exist yet: run `guiyi profile` first") from None
        raise SegmentError(f"[segment.{segment.name}] where: {str(error).splitlines()[0]}") from None
    return _count(con)


def gather_before(con: duckdb.DuckDBPyConnection, segment: str) -> None:
    """Fill the temporary table `member_before`: who is a member by segment.membership, under today's ids.

    Whoever was merged into another goes on, since the earlier day; of several, the one that entered first says by
    which id the holdout was drawn. Who has left on the day that is told stands there too, `is_member` false: coming
    back on the same day is no new beginning. Nor is a merge taken back on its day.
    """
    # A snapshot of before the holdout existed may be looked at.
    known = {row[0] for row in con.execute("describe segment.membership").fetchall()}
    drawn_by = "coalesce(drawn_by, customer_id)" if "drawn_by" in known else "customer_id"
    con.execute(
        f"""
        create or replace temp table member_before as
        with stay as (
            select customer_id, entered_on, {drawn_by} as drawn_by, true as is_member
            from segment.membership
            where segment = $segment
            union all
            select customer_id, max(changed_on) filter (change = 'entered'), customer_id, false
            from segment.change
            where segment = $segment
            group by customer_id
            having max(changed_on) = {TOLD_DAY} and (
                arg_max(change, (changed_on, change)) = 'left'
                or arg_max(change, (changed_on, change)) = 'merged'
                    and customer_id not in (select old_customer_id from identity.alias)
            )
        )
        select
            coalesce(alias.customer_id, stay.customer_id) as customer_id,
            min(stay.entered_on) as entered_on,
            arg_min(stay.drawn_by, (stay.entered_on, stay.customer_id)) as drawn_by,
            bool_or(is_member) as is_member
        from stay
        left join identity.alias as alias on alias.old_customer_id = stay.customer_id
        group by 1
        """,
        {"segment": segment},
    )


def has_consent(con: duckdb.DuckDBPyConnection, segment: Segment) -> bool:
    """Whether anybody at all granted the segment's purpose on its channel."""
    row = con.execute(
        "select 1 from customer.permission where purpose = ? and channel = ? and status = 'granted' limit 1",
        [segment.purpose, segment.channel],
    ).fetchone()
    return row is not None


def find_abandoned(con: duckdb.DuckDBPyConnection, segments: Collection[str]) -> list[str]:
    """Names that have members but are none of `segments`: they were taken out of segments.toml."""
    rows = con.execute("select distinct segment from segment.membership order by segment").fetchall()
    return [row[0] for row in rows if row[0] not in segments]


def empty_members(con: duckdb.DuckDBPyConnection, segment: str) -> None:
    """As `compute_members` for a segment of nobody."""
    gather_before(con, segment)
    columns = "customer_id varchar, reason varchar, is_holdout boolean, drawn_by varchar"
    con.execute(f"create or replace temp table member ({columns})")


def update_membership(con: duckdb.DuckDBPyConnection, segment: str, day: date) -> dict[str, int]:
    """Bring segment.membership and segment.change to the computed members.

    Returns how many entered and left, and how many are `renamed`: members still, under the id they were merged into.
    Days never run backwards: what is found looking back from an earlier day than the last one told is told under that
    one. Call inside a transaction, after `compute_members`.
    """
    parameters: dict[str, object] = {"segment": segment}
    row = con.execute("select max(changed_on) from segment.change where segment = $segment", parameters).fetchone()
    day = max(day, row[0]) if row and row[0] else day
    # 1. Who is and was a member, compute_members has found out.
    con.execute(
        """
        create or replace temp table member_change as
        select coalesce(member.customer_id, before.customer_id) as customer_id,
            if(before.customer_id is null, 'entered', 'left') as change
        from member
        full join (from member_before where is_member) as before on before.customer_id = member.customer_id
        where member.customer_id is null or before.customer_id is null
        """
    )
    changes = _count_changes(con, parameters)
    _replace_membership(con, parameters | {"day": day})
    _record_changes(con, parameters | {"day": day})
    return changes


def _members_statement(con: duckdb.DuckDBPyConnection, segment: Segment) -> str:
    # A snapshot of before suppression and minors existed knows of consent alone.
    known = {row[0] for row in con.execute("describe customer.permission").fetchall()}
    withheld, theirs = "'consent'", "true"
    if "reason" in known:
        # A parent whose phone stands in a child's record too goes by the parent's own consent.
        theirs = "permission.reason is distinct from 'minor'"
        withheld = "if(permission.reason in ('suppressed', 'minor'), permission.reason, 'consent')"
    # The condition comes from confine_condition and the address from a fixed list; every value is a parameter.
    return f"""
        create or replace temp table member as
        with chosen as (
            select customer_id, {_address(segment)} as address
            from {TABLE}
            where coalesce(({segment.condition})::boolean, false)
        ),
        refused as (
            select distinct identifier.value
            from customer.permission as permission
            inner join customer.identifier as identifier on identifier.customer_id = permission.customer_id
            where permission.purpose = $purpose and permission.channel = $channel and permission.status = 'denied'
                and identifier.namespace = $namespace and {theirs}
        ),
        drawn as (
            select chosen.*, coalesce(before.drawn_by, chosen.customer_id) as drawn_by
            from chosen
            left join member_before as before on before.customer_id = chosen.customer_id
        ),
        shared as (
            -- The first 32 bits of the hash, as a share of all there are.
            select *, ('0x' || left(sha256($segment || chr(31) || drawn_by), 8))::ubigint
                < $holdout::double * 4294967296 as is_holdout
            from drawn
        )
        select
            shared.customer_id,
            case
                when permission.status is distinct from 'granted' then {withheld}
                when refused.value is not null then 'consent'
                when shared.address is null then 'address'
                when shared.is_holdout then 'holdout'
            end as reason,
            shared.is_holdout,
            shared.drawn_by
        from shared
        left join customer.permission as permission
            on permission.customer_id = shared.customer_id
            and permission.purpose = $purpose and permission.channel = $channel
        left join refused on refused.value = shared.address
    """


def _address(segment: Segment) -> str:
    """SQL of what the channel reaches a row of mart.customer_360 by, in the segment's format."""
    if segment.format == "wecom":
        return f"""(
            select min(identifier.value)
            from customer.identifier as identifier
            inner join customer.interaction as interaction
                on interaction.customer_id = identifier.customer_id and interaction.source = identifier.issuer
            where identifier.customer_id = customer_360.customer_id and identifier.namespace = '{_WECOM}'
                and identifier.revoked_at is null and interaction.kind = 'follow' and interaction.staff is not null
        )"""
    if segment.format == "tencent" and segment.address == "phone":
        return mobile_sql("customer_360.phone")
    return f"customer_360.{segment.address}"


def _namespace(segment: Segment) -> str:
    return _WECOM if segment.format == "wecom" else segment.address


def _without_values(error: Exception, condition: str) -> str:
    """What failed, without the value it failed on, which DuckDB tells: it may be a person's."""
    if isinstance(error, _OF_THE_CONDITION):
        return str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfRangeException):
        return "a number or a day becomes greater than its type can hold"
    # Below it DuckDB draws the query.
    text = str(error).rpartition("\n\nLINE ")[0] or str(error)
    if unknown := re.fullmatch(
        r"Conversion Error: (Unimplemented type for cast \([A-Z0-9_(), >-]+\)).*", text, re.DOTALL
    ):
        return unknown[1]
    # What stands in the condition itself may be said.
    for literal in re.findall(r"'((?:[^']|'')+)'", condition):
        if f"'{literal}'".lower() in text.lower() or f'"{literal}"'.lower() in text.lower():
            return f"'{literal}' is not the day, number or unit that is asked for there"
    column = re.search(r" when casting from source column (\w+)\s*\Z", text)
    where = f"of {column[1]} " if column and column[1] in known_columns() else ""
    return f"a value {where}cannot be converted to the type that is asked for; try_cast leaves it empty instead"


def _count(con: duckdb.DuckDBPyConnection) -> SegmentCount:
    counted = dict(con.execute("select coalesce(reason, ''), count(*) from member group by 1").fetchall())
    members, consented = sum(counted.values()), counted.get("", 0)
    return SegmentCount(
        members=members,
        consented=consented,
        withheld=members - consented,
        without_consent=counted.get("consent", 0),
        without_address=counted.get("address", 0),
        suppressed=counted.get("suppressed", 0),
        minors=counted.get("minor", 0),
        holdout=counted.get("holdout", 0),
    )


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
                and member.is_holdout = membership.is_holdout
                and member.drawn_by is not distinct from membership.drawn_by
        )
        """,
        {"segment": parameters["segment"]},
    )
    con.execute(
        """
        insert into segment.membership (segment, customer_id, entered_on, is_holdout, drawn_by)
        select $segment, member.customer_id, coalesce(before.entered_on, $day), member.is_holdout,
            member.drawn_by
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
    # 3. A day's net change, by the ids of the day: who was a member at the end of the days before, by what they told,
    #    and who is now. So an id's days from `entered` to `left` or `merged` never overlap, and may be counted.
    con.execute(
        """
        create or replace temp table change_wanted as
        with before as (
            select customer_id from segment.change
            where segment = $segment and changed_on < $day
            group by customer_id
            having arg_max(change, (changed_on, change)) = 'entered'
        ),
        now as (
            select customer_id from segment.membership where segment = $segment
        )
        select
            coalesce(now.customer_id, before.customer_id) as customer_id,
            case
                when before.customer_id is null then 'entered'
                when alias.customer_id in (select customer_id from now) then 'merged'
                else 'left'
            end as change
        from now
        full join before on before.customer_id = now.customer_id
        left join identity.alias as alias on alias.old_customer_id = before.customer_id
        where now.customer_id is null or before.customer_id is null
        """,
        parameters,
    )
    con.execute(
        """
        delete from segment.change as told
        where segment = $segment and changed_on = $day and not exists (
            select 1 from change_wanted as wanted
            where wanted.customer_id = told.customer_id and wanted.change = told.change
        )
        """,
        parameters,
    )
    con.execute(
        """
        insert into segment.change (segment, customer_id, change, changed_on)
        select $segment, customer_id, change, $day
        from change_wanted as wanted
        where not exists (
            select 1 from segment.change as told
            where told.segment = $segment and told.changed_on = $day and told.customer_id = wanted.customer_id
        )
        order by change, customer_id
        """,
        parameters,
    )
