"""Drift: what a delivery's columns have become, compared with what its stream usually brings.

In: a stream's batches that were not compared yet, each with the last ten before it. Out: rows of `ops.drift`:

    added     a column no delivery of the stream had before
    dropped   a column most of the last deliveries filled, and this one does not
    renamed   a dropped and an added column that look alike: a guess (pipeline/renames.py)
    retyped   a column of numbers, dates, ids or JSON, more than half of whose values are something else now

What is rarely filled is not missed: a column counts as dropped only when so many rows without it are no coincidence.
A stream whose files have no header (JSON) must have brought a column in three deliveries before it is missed at all.
Compared are samples (pipeline/column_shapes.py); nothing fails by drift, but a missing key is an alarm.
"""

from collections import Counter
from dataclasses import dataclass, replace

from connectors.columns import raw_columns
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.patterned import Patterned
from connectors.files.workbook import Workbook
from connectors.stream import Record, Stream
from pipeline.column_shapes import shape_columns
from pipeline.renames import guess_renames
from pipeline.sources import SourceStream
from pipeline.stage import Work, transaction
from warehouse.raw import folded, raw_table

_HISTORY = 10
_HEADED = (Delimited, Columnar, Workbook, Patterned)
# Values a column would have had in the sample if nothing had changed, from which on their lack is no coincidence.
_EXPECTED = 8

_COMPARED = """
with numbered as (
    select batch_id, missing_columns, new_columns,
        row_number() over (order by loaded_at, delivered_on nulls first, file_name) as number
    from ops.batch
    where source = $source and stream = $stream
        and batch_id in (select batch_id from ops.batch_column where source = $source and stream = $stream)
),
shape as (
    select numbered.number, shape.* from ops.batch_column as shape join numbered using (batch_id)
    where shape.source = $source and shape.stream = $stream
),
size as (select number, batch_id, max(sampled) as sampled from shape group by all),
now as (select * from size where list_contains($batches, batch_id)),
history as (
    select now.number, count(*) as deliveries
    from now join size as earlier on earlier.number between now.number - $history and now.number - 1
    group by all
),
usual as (
    select now.number, earlier.column_name, count(*) as present, avg(earlier.filled) as filled,
        sum(earlier.filled * earlier.sampled) as had, median(earlier.numbers) as numbers,
        median(earlier.dates) as dates, median(earlier.ids) as ids, median(earlier.jsons) as jsons
    from now join shape as earlier on earlier.number between now.number - $history and now.number - 1
    group by all
),
dropped as (
    select now.batch_id, usual.column_name, 'dropped' as kind,
        format('had values in {:.0f} % of rows, has none in {} rows', 100 * usual.filled, now.sampled) as detail
    from usual join now using (number) join history using (number) join numbered using (number)
    left join shape as held on held.number = usual.number and held.column_name = usual.column_name
    where held.column_name is null and usual.present >= 0.6 * history.deliveries
        and history.deliveries >= if($headed, 1, 3)
        and (
            usual.filled * now.sampled >= $expected
            or $headed and list_contains(string_split(coalesce(numbered.missing_columns, ''), ', '), usual.column_name)
        )
),
added as (
    select now.batch_id, shape.column_name, 'added' as kind,
        format('{:.0f} % of rows have a value, mostly {}', 100 * shape.filled,
            case shape.kind when 'json' then 'JSON' when 'text' then 'text' else shape.kind || 's' end) as detail
    from shape join now using (number) join history using (number) join numbered using (number)
    where not exists (
            select 1 from shape as earlier
            where earlier.number < shape.number and earlier.column_name = shape.column_name
        )
        and (
            list_contains(string_split(coalesce(numbered.new_columns, ''), ', '), shape.column_name)
            or history.deliveries >= if($headed, 1, 3)
                and shape.filled * (select sum(size.sampled) from size where size.number < shape.number) >= $expected
        )
),
kept as (
    select now.batch_id, usual.column_name, usual.had, shape.filled * shape.sampled as has,
        unnest([
            {'kind': 'numbers', 'before': usual.numbers, 'after': shape.numbers},
            {'kind': 'dates', 'before': usual.dates, 'after': shape.dates},
            {'kind': 'ids', 'before': usual.ids, 'after': shape.ids},
            {'kind': 'JSON', 'before': usual.jsons, 'after': shape.jsons}
        ], recursive := true)
    from usual join now using (number) join shape on shape.number = usual.number
        and shape.column_name = usual.column_name
),
retyped as (
    select batch_id, column_name, 'retyped' as kind,
        format('{:.0f} % of values were {}, now {:.0f} %', 100 * before, kind, 100 * after) as detail
    from kept where before >= 0.9 and after <= 0.5 and had >= 20 and has >= $expected
)
select batch_id, column_name, kind, detail from dropped
union all from added
union all from retyped
order by all
"""


@dataclass(frozen=True)
class Drift:
    """One change of one column; `batch_id` is the delivery that shows it."""

    batch_id: str
    column_name: str
    kind: str
    detail: str
    severity: str = "info"


def note_drift(work: Work, each: SourceStream) -> dict[str, int]:
    """Compare the stream's new batches with those before, in one transaction; counts of changes by severity.

    What a kill left uncompared is compared by the next run.
    """
    with transaction(work.con):
        batches = shape_columns(work, each)
        found = _judge(work, each, guess_renames(work.con, each, _compare(work, each, batches))) if batches else []
        if found:
            work.con.executemany(
                "insert into ops.drift values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    [row.batch_id, each.source.name, each.stream.name, row.column_name, row.kind, row.detail,
                     row.severity, work.now]
                    for row in found
                ],
            )  # fmt: skip
    severities = Counter(row.severity for row in found)
    return {
        "drift": len(found),
        "drift_warnings": severities["warn"] + severities["alarm"],
        "drift_alarms": severities["alarm"],
    }


def _compare(work: Work, each: SourceStream, batches: list[str]) -> list[Drift]:
    stream = {"source": each.source.name, "stream": each.stream.name}
    counted = work.con.execute(
        "select count(distinct batch_id) from ops.batch_column where source = $source and stream = $stream", stream
    ).fetchone()
    if counted is None or counted[0] < 2:  # a first delivery has nothing to differ from
        return []
    rows = work.con.execute(
        _COMPARED,
        {
            **stream,
            "batches": batches,
            "history": _HISTORY,
            "expected": _EXPECTED,
            "headed": isinstance(each.stream.format, _HEADED),
        },
    ).fetchall()
    return [Drift(*row) for row in rows]


def _judge(work: Work, each: SourceStream, found: list[Drift]) -> list[Drift]:
    """The changes with their severity: an addition is news, the rest matters where the connector reads the column."""
    read = {folded(name) for name in raw_columns(each.stream)}
    keys = {folded(name) for name in _key_columns(each.stream)}
    judged = []
    for row in found:
        severity = "warn" if row.kind != "added" and folded(row.column_name) in read else "info"
        if row.kind in ("dropped", "renamed") and folded(row.column_name) in keys and _is_keyless(work, each, row):
            row, severity = replace(row, detail=f"{row.detail}; rows have no key without it"), "alarm"
        judged.append(replace(row, severity=severity))
    return judged


def _keys(stream: Stream) -> list[str]:
    """The expressions that make the keys of what the stream's rows tell."""
    keyed = (stream.record, stream.purchase, stream.interaction, stream.feedback)
    return [mapping.key for mapping in keyed if mapping] + ([stream.event.id] if stream.event else [])


def _key_columns(stream: Stream) -> list[str]:
    return [
        name
        for key in _keys(stream)
        for name in raw_columns(Stream(stream.name, "", stream.format, record=Record(key)))
    ]


def _is_keyless(work: Work, each: SourceStream, row: Drift) -> bool:
    """True when most of the batch's first rows lack a key: another column may have taken the missing one's place."""
    filled = " and ".join(f"nullif(trim(({each.fill(key)})::varchar), '') is not null" for key in _keys(each.stream))
    found = work.con.execute(
        f"""
        select avg(filled::integer) from (
            -- A key may look at its neighbours, which an average of it could not.
            select ({filled}) as filled from (
                from {raw_table(each.source.name, each.stream.name)} where _batch_id = $batch_id limit 1000
            ) as raw
        )
        """,
        {"batch_id": row.batch_id},
    ).fetchone()
    return found is not None and found[0] is not None and found[0] < 0.5
