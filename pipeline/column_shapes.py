"""The shape of every column of a delivery: how filled it is and what its values look like, from a sample of its rows.

In: the batches of one stream that have no shape yet. Out: `ops.batch_column`, shares and lengths alone, never a value.

Few batches are sampled with some windows of lines each, which DuckDB reads without the rest of the table; many batches
at once, as in a first run, share one scan and a smaller sample of their first lines. So the cost depends on the number
of columns and hardly on the size of a delivery.
"""

from connectors.columns import BOOKKEEPING
from pipeline.sources import SourceStream
from pipeline.stage import Work
from warehouse.raw import quoted, raw_columns_of, raw_table

STAGE = "drift"
# Rows looked at: of one delivery, and at most of all that are looked at together.
_SAMPLE = 1_000
_TOGETHER = 8_000
_FEWEST = 64
_WINDOWS = 8
# Deliveries of a stream whose shapes are kept.
_KEPT = 50

# What a value is, the first that fits. A date may be followed by anything; an id is one word with a digit in it.
_KINDS = r"""
    case
        when regexp_matches(cell, '^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}(\D|$)') then 'date'
        when regexp_full_match(cell, '\d{1,2}[-/.]\d{1,2}[-/.](\d\d|\d{4})([ T,].*)?') then 'date'
        when regexp_full_match(cell, '[-+]?\d[\d.,]*([eE][-+]?\d+)?') then 'number'
        when cell[1] in ('{', '[') then 'json'
        when regexp_full_match(cell, '[^\s@]*\d[^\s@]*') and length(cell) > 2 then 'id'
        else 'text'
    end
"""


def shape_columns(work: Work, each: SourceStream) -> list[str]:
    """Write the shapes of the stream's batches that have none; returns these batches, the earliest first."""
    waiting = _waiting(work, each)
    if not waiting:
        return []
    if len(waiting) * _SAMPLE <= _TOGETHER:
        for batch_id, rows in waiting:
            _write_shapes(work, each, [batch_id], _sampled_lines(rows), _SAMPLE)
    else:
        size = max(_FEWEST, _TOGETHER // len(waiting))
        _write_shapes(work, each, [batch_id for batch_id, _ in waiting], f"_line <= {2 * size}", size)
    batches = [batch_id for batch_id, _ in waiting]
    work.con.execute(
        "insert into ops.watermark select $stage, unnest($batches), $now",
        {"stage": STAGE, "batches": batches, "now": work.now},
    )
    _forget_oldest(work, each)
    return batches


def _waiting(work: Work, each: SourceStream) -> list[tuple[str, int]]:
    return work.con.execute(
        """
        select batch_id, rows_loaded from ops.batch
        where source = $source and stream = $stream and rows_loaded > 0
            and batch_id not in (select batch_id from ops.watermark where stage = $stage)
        order by loaded_at, delivered_on nulls first, file_name
        """,
        {"source": each.source.name, "stream": each.stream.name, "stage": STAGE},
    ).fetchall()


def _sampled_lines(rows: int) -> str:
    """A condition for windows of lines spread over a delivery; all of a small one."""
    if rows <= 2 * _SAMPLE:
        return "true"
    size = _SAMPLE // _WINDOWS
    starts = [window * (rows - size) // (_WINDOWS - 1) for window in range(_WINDOWS)]
    # Blank and quarantined lines leave gaps, so a window is a little wider than its rows.
    return " or ".join(f"_line between {start} and {start + size + 10}" for start in starts)


def _write_shapes(work: Work, each: SourceStream, batches: list[str], lines: str, size: int) -> None:
    names = [name for name in raw_columns_of(work.con, each.source.name, each.stream.name) if name not in BOOKKEEPING]
    if not names:
        return
    listed = ", ".join(quoted(name) for name in names)
    work.con.execute(
        f"""
        insert into ops.batch_column by name
        with sampled as (
            select _batch_id, {listed} from {raw_table(each.source.name, each.stream.name)}
            where list_contains($batches, _batch_id) and ({lines})
            qualify row_number() over (partition by _batch_id) <= {2 * size}
        ),
        counted as (select _batch_id, count(*) as sampled from sampled group by all),
        cell as (
            select _batch_id, _column, left(trim(_cell), 64) as cell
            from (unpivot sampled on {listed} into name _column value _cell)
        ),
        kind as (select _batch_id, _column, cell, {_KINDS} as kind from cell where cell <> '')
        select kind._batch_id as batch_id, $source as source, $stream as stream, _column as column_name,
            any_value(counted.sampled) as sampled, count(*) / any_value(counted.sampled) as filled,
            if(count(*) filter (kind = mode_kind) >= 0.5 * count(*), any_value(mode_kind), 'text') as kind,
            avg((kind = 'number')::integer) as numbers, avg((kind = 'date')::integer) as dates,
            avg((kind = 'id')::integer) as ids, avg((kind = 'json')::integer) as jsons,
            count(distinct cell) / count(*) as distinct_share, avg(length(cell)) as mean_length
        from (select *, mode(kind) over (partition by _batch_id, _column) as mode_kind from kind) as kind
        join counted using (_batch_id)
        group by kind._batch_id, _column
        order by batch_id, column_name
        """,
        {"batches": batches, "source": each.source.name, "stream": each.stream.name},
    )


def _forget_oldest(work: Work, each: SourceStream) -> None:
    work.con.execute(
        """
        delete from ops.batch_column
        where source = $source and stream = $stream and batch_id in (
            select batch_id from ops.batch where source = $source and stream = $stream and rows_loaded > 0
            order by loaded_at desc, delivered_on desc nulls last, file_name desc offset $kept
        )
        """,
        {"source": each.source.name, "stream": each.stream.name, "kept": _KEPT},
    )
