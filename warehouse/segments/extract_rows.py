"""The rows of a segment's next file, and what its receiver already has.

In: a segment whose members are computed (membership.py). Out: the temporary table `extract_row`, one row per row of the
file, and segment.extracted, which says who is in the files that left.

A row is known by `_sent`. For another system's list that is the very values it was sent: a person whose e-mail changed
leaves with the old hash and enters with the new one, and telling a receiver that somebody is no longer to be used sends
nothing it does not have. For our own files it is the customer id, and where they hold addresses a digest of these:
whose address changed is told under the same id.

1. Rows of today. 2. What stands with the receiver. 3. The difference.
"""

import duckdb

from warehouse.segments.audience import CHANGE, follow_sql, list_cells
from warehouse.segments.condition import KEY, TABLE
from warehouse.segments.definition import Segment
from warehouse.segments.formats import FORMATS

# By which somebody is reached.
_ADDRESSES = ("email", "phone", "wechat_unionid", "wechat_openid")
_CHANGED = "changed"


def fill_rows(con: duckdb.DuckDBPyConnection, segment: Segment) -> None:
    """1. Fill `extract_row` (_customer_id, _sent, the file's cells) with the members who may be contacted."""
    cells = {column: f"person.{column}" for column in segment.columns}
    sent, follow = _own_sent(segment), ""
    if FORMATS[segment.format].is_list:
        cells = list_cells(segment)
        sent = f"to_json([{', '.join(f'({sql})::varchar' for sql in cells.values())}])::varchar"
    if segment.format == "wecom":
        follow = f"inner join ({follow_sql()}) as follow on follow.customer_id = person.customer_id"
    # Names are columns of our own tables, checked against their headers; there is no value here.
    con.execute(
        f"""
        create or replace temp table extract_row as
        select person.customer_id as _customer_id, {sent} as _sent,
            {", ".join(f'{sql} as "{header}"' for header, sql in cells.items())}
        from {TABLE} as person
        inner join member on member.customer_id = person.customer_id
        {follow}
        where member.reason is null
        order by all
        """
    )


def _own_sent(segment: Segment) -> str:
    """What a row of our own files is known by; an older warehouse has the id alone for all of them."""
    addresses = [f"coalesce(person.{column}, '')" for column in segment.columns if column in _ADDRESSES]
    digest = f"sha256(concat_ws(chr(31), {', '.join(addresses)}))"
    return f"to_json([person.{KEY}, {digest}])::varchar" if addresses else f"person.{KEY}"


def keep_changes(con: duckdb.DuckDBPyConnection, segment: Segment) -> tuple[int, int]:
    """3. Leave in `extract_row` only who entered or changed, add who left; returns how many of each.

    Of who left there is what the receiver knows them by, and nothing else: they may have withdrawn their consent.
    """
    headers = [row[0] for row in con.execute("describe extract_row").fetchall()[2:]]
    if FORMATS[segment.format].is_list:
        known_as = "sent"
        left = [f"json_extract_string(sent, '$[{place}]') as \"{name}\"" for place, name in enumerate(headers)]
    else:
        known_as = "if(starts_with(sent, '['), json_extract_string(sent, '$[0]'), sent)"
        left = [f'known_as as "{name}"' if name == KEY else f'null as "{name}"' for name in headers]
    con.execute(
        f"""
        create or replace temp table extract_row as
        with gone as (
            select min(customer_id) as _customer_id, sent, {known_as} as known_as
            from extract_standing where sent not in (select _sent from extract_row)
            group by sent
        )
        select *, if(_customer_id in (select known_as from gone), '{_CHANGED}', 'entered') as {CHANGE}
        from extract_row where _sent not in (select sent from extract_standing)
        union all by name
        select _customer_id, sent as _sent, {", ".join(left)}, 'left' as {CHANGE}
        from gone where known_as not in (select _customer_id from extract_row)
        order by {CHANGE}, _customer_id, _sent
        """
    )
    counted = dict(con.execute(f"select {CHANGE}, count(*) from extract_row group by 1").fetchall())
    return counted.get("entered", 0) + counted.get(_CHANGED, 0), counted.get("left", 0)


def gather_standing(con: duckdb.DuckDBPyConnection, segment: Segment) -> None:
    """2. Fill `extract_standing` (customer_id, sent): what the receiver has, whoever that is today."""
    con.execute(
        """
        update segment.extracted set customer_id = alias.customer_id
        from identity.alias as alias where alias.old_customer_id = extracted.customer_id
        """
    )
    con.execute(
        """
        create or replace temp table extract_standing as
        select distinct customer_id, sent from segment.extracted
        where segment = $segment and format = $format and removed_in is null
        """,
        {"segment": segment.name, "format": segment.format},
    )


def record_sent(con: duckdb.DuckDBPyConnection, segment: Segment, file_name: str) -> None:
    """Bring segment.extracted to what the receiver has once it has taken in the file; before `keep_changes`."""
    parameters = {"segment": segment.name, "format": segment.format, "file": file_name}
    con.execute(
        """
        update segment.extracted set removed_in = $file
        where segment = $segment and format = $format and removed_in is null
            and not exists (
                select 1 from extract_row where _customer_id = extracted.customer_id and _sent = extracted.sent
            )
        """,
        parameters,
    )
    con.execute(
        """
        insert into segment.extracted (segment, format, customer_id, sent, extracted_in)
        select distinct $segment, $format, _customer_id, _sent, $file
        from extract_row
        where not exists (
            select 1 from extract_standing where customer_id = extract_row._customer_id and sent = extract_row._sent
        )
        order by all
        """,
        parameters,
    )


def forget_file(con: duckdb.DuckDBPyConnection, segment: Segment, file_name: str) -> None:
    """Take back what `record_sent` wrote of a file that never left, so that it can be made again."""
    parameters = {"segment": segment.name, "format": segment.format, "file": file_name}
    chosen = "segment = $segment and format = $format"
    con.execute(f"delete from segment.extracted where {chosen} and extracted_in = $file", parameters)
    con.execute(f"update segment.extracted set removed_in = null where {chosen} and removed_in = $file", parameters)
