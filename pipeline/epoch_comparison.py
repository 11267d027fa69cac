"""What would change if another epoch came into force: who is who now and as the engine just found it, side by side.

In: identity.record_customer, the temporary table identity_cluster of a resolution under the epoch, and the views of
`read_inputs`. Out: counts and examples; record ids, sources and customer ids, never a value of a record. Nothing is
written but temporary tables.

1. Flow: how many records go from each customer of now to each customer of then.
2. A customer of then with records of several customers of now is a merge of those; a customer of now whose records go
   to several customers of then is split. One customer can be both.
"""

from dataclasses import dataclass

import duckdb

from identity.resolution import Resolution
from pipeline.epochs import KnownEpoch

MOST_EXAMPLES = 10
MOST_RECORDS = 12  # shown of one example
MOST_WEIGHTS = 10


@dataclass(frozen=True)
class State:
    """One side. contradicted: decisions on pairs that are not followed. review: pairs that wait for a steward.

    epoch is missing where nothing was learned.
    """

    epoch: str | None
    threshold: float | None
    records: int
    customers: int
    largest_customer: int
    review: int
    contradicted: int


@dataclass(frozen=True)
class Weight:
    """Bits of a comparison's level; missing where an epoch does not know it."""

    comparison: str
    level: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Segment:
    """A segment's members, those whose customer is merged or split, and those of either kind."""

    segment: str
    members: int
    affected: int
    merged: int
    split: int


@dataclass(frozen=True)
class ExampleRecord:
    """A record, its customer now, and which of the example's customers of then it would be of, numbered from 1."""

    record_id: str
    source: str
    customer_id: str
    part: int


@dataclass(frozen=True)
class Example:
    """A merge (several customers, one part) or a split (one customer, several parts), with some of its records."""

    customers: int
    parts: int
    records: int
    shown: tuple[ExampleRecord, ...]


@dataclass(frozen=True)
class EpochComparison:
    """What would change.

    status: of the compared epoch. merged: customers of now that come together, into merged_into. split: customers of
    now that fall apart, into split_into. records_regrouped: records that would not share their customer with the same
    records as now. waiting: stages that changed something since the last resolve, so that not all differences are the
    epoch's.
    """

    status: str
    before: State
    after: State
    merged: int
    merged_into: int
    split: int
    split_into: int
    records_regrouped: int
    weights: tuple[Weight, ...]
    segments: tuple[Segment, ...]
    merges: tuple[Example, ...]
    splits: tuple[Example, ...]
    waiting: tuple[str, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether every record would keep its company."""
        return not self.records_regrouped


def compare_epochs(
    con: duckdb.DuckDBPyConnection, before: KnownEpoch | None, after: KnownEpoch, found: Resolution
) -> EpochComparison:
    """Compare what is in force with what a resolution under the epoch `after` found."""
    _create_flow(con, found.clusters)
    merged, merged_into, split, split_into, regrouped = _row(
        con,
        """
        select
            (select count(distinct customer_id) from epoch_flow where customers > 1),
            (select count(distinct cluster) from epoch_flow where customers > 1),
            (select count(distinct customer_id) from epoch_flow where parts > 1),
            (select count(*) from epoch_flow where parts > 1),
            (select coalesce(sum(records), 0) from epoch_flow where customers > 1 or parts > 1)
        """,
    )
    return EpochComparison(
        status=after.status,
        before=_describe_now(con, before),
        after=_describe_then(con, after, found),
        merged=merged,
        merged_into=merged_into,
        split=split,
        split_into=split_into,
        records_regrouped=regrouped,
        weights=_list_weights(con, before, after),
        segments=_list_segments(con),
        merges=_list_examples(con, found.clusters, "cluster", "customers"),
        splits=_list_examples(con, found.clusters, "customer_id", "parts"),
        waiting=tuple(find_waiting(con)),
    )


def find_waiting(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The stages that changed something since resolve last looked."""
    rows = con.execute("""
        select stage from ops.run
        where stage in ('standardise', 'decide', 'train') and status = 'done'
        group by stage
        having max(finished_at) > (select max(started_at) from ops.run where stage = 'resolve' and status = 'done')
        order by stage
    """).fetchall()
    return [row[0] for row in rows]


def _create_flow(con: duckdb.DuckDBPyConnection, clusters: str) -> None:
    """Step 1: epoch_flow (customer_id, cluster, records), with the parts of the customer and customers of the cluster.

    Records that are on one side only, because they came or went since the last resolve, are left out.
    """
    con.execute(f"""
        create or replace temp table epoch_flow as
        with flow as (
            select customer_id, cluster, count(*) as records
            from identity.record_customer join {clusters} using (record_id)
            group by customer_id, cluster
        )
        select customer_id, cluster, records,
            count(*) over (partition by customer_id) as parts, count(*) over (partition by cluster) as customers
        from flow
    """)


def _describe_now(con: duckdb.DuckDBPyConnection, epoch: KnownEpoch | None) -> State:
    records, customers, largest = _row(
        con,
        """
        with size as (select count(*) as records from identity.record_customer group by customer_id)
        select coalesce(sum(records), 0), count(*), coalesce(max(records), 0) from size
        """,
    )
    # Records that carry nothing to compare leave no review behind.
    (has_review,) = _row(
        con, "select count(*) from duckdb_tables() where (schema_name, table_name) = ('identity', 'review')"
    )
    review = _row(con, "select count(*) from identity.review")[0] if has_review else 0
    contradicted = _count_contradicted(con, "identity.record_customer", "customer_id")
    name, threshold = (epoch.epoch, epoch.threshold) if epoch else (None, None)
    return State(name, threshold, records, customers, largest, review, contradicted)


def _describe_then(con: duckdb.DuckDBPyConnection, epoch: KnownEpoch, found: Resolution) -> State:
    contradicted = _count_contradicted(con, found.clusters, "cluster")
    return State(epoch.epoch, epoch.threshold, found.records, found.customers, found.largest_customer,
                 found.review_rows, contradicted)  # fmt: skip


def _count_contradicted(con: duckdb.DuckDBPyConnection, table: str, group: str) -> int:
    """Decisions that the partition does not follow."""
    (count,) = _row(
        con,
        f"""
        select count(*) from _decision as decision
        join {table} as l on l.record_id = decision.record_id_l
        join {table} as r on r.record_id = decision.record_id_r
        where (l.{group} = r.{group}) <> (verdict = 'same')
        """,
    )
    return count


def _list_weights(con: duckdb.DuckDBPyConnection, before: KnownEpoch | None, after: KnownEpoch) -> tuple[Weight, ...]:
    """The weights that moved most, by a tenth of a bit at least."""
    rows = con.execute(
        """
        with before as (select comparison_name, level, weight from identity.model where epoch = $before),
        after as (select comparison_name, level, weight from identity.model where epoch = $after)
        select comparison_name, level, before.weight, after.weight
        from before full join after using (comparison_name, level)
        where abs(coalesce(after.weight, 0) - coalesce(before.weight, 0)) >= 0.1
        order by abs(coalesce(after.weight, 0) - coalesce(before.weight, 0)) desc, comparison_name, level
        limit $most
        """,
        {"before": before.epoch if before else None, "after": after.epoch, "most": MOST_WEIGHTS},
    ).fetchall()
    return tuple(Weight(*row) for row in rows)


def _list_segments(con: duckdb.DuckDBPyConnection) -> tuple[Segment, ...]:
    """Every segment that has members."""
    rows = con.execute("""
        with touched as (
            select customer_id, bool_or(customers > 1) as merged, bool_or(parts > 1) as split
            from epoch_flow group by customer_id
        )
        select segment, count(*), count_if(merged or split), count_if(merged), count_if(split)
        from segment.membership left join touched using (customer_id)
        group by segment order by segment
    """).fetchall()
    return tuple(Segment(*row) for row in rows)


def _list_examples(con: duckdb.DuckDBPyConnection, clusters: str, whole: str, pieces: str) -> tuple[Example, ...]:
    """Step 2: groups of records (`whole` names them) of several pieces; first those of most pieces and records.

    Of a large group some records are shown: one of every piece, then a second of every piece, and so on.
    """
    piece = "cluster" if whole == "customer_id" else "customer_id"
    rows = con.execute(
        f"""
        with largest as (
            select {whole}, any_value({pieces}) as pieces, sum(records) as records
            from epoch_flow where {pieces} > 1 group by {whole}
        ), flowing as (
            select owned.record_id, owned.source, owned.customer_id, cluster, pieces, records,
                min(owned.record_id) over (partition by {whole}) as first_record
            from identity.record_customer as owned join {clusters} using (record_id) join largest using ({whole})
        ), chosen as (
            select *, dense_rank() over (order by pieces desc, records desc, first_record) as number from flowing
            qualify number <= $examples
        ), numbered as (
            select *, min(record_id) over (partition by number, cluster) as first_of_part,
                row_number() over (partition by number, {piece} order by record_id) as turn
            from chosen
        ), shown as (
            select *, dense_rank() over (partition by number order by first_of_part) as part,
                row_number() over (partition by number order by turn, record_id) as place
            from numbered
        )
        select number, pieces, records, list(
            struct_pack(record_id := record_id, source := source, customer_id := customer_id, part := part)
            order by part, customer_id, record_id
        )
        from shown where place <= $most group by all order by number
        """,
        {"examples": MOST_EXAMPLES, "most": MOST_RECORDS},
    ).fetchall()
    is_split = whole == "customer_id"
    return tuple(
        Example(
            customers=1 if is_split else int(pieces),
            parts=int(pieces) if is_split else 1,
            records=int(records),
            shown=tuple(ExampleRecord(**each) for each in shown),
        )
        for _, pieces, records, shown in rows
    )


def _row(con: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    row = con.execute(query).fetchone()
    return [int(value) for value in row or ()]
