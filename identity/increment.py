"""What changed since the last resolution in, who is who among the records it touches out. Equal to a full resolution.

A pair's weight depends on its two records and the epoch alone, and everything about a record is decided inside its
component. So:

1. Find the records that are new, changed or gone (fingerprints, state.py), and prepare the new and changed ones.
2. Count the values they carry anew. Where a value became one of many persons, or ceased to be, all who carry it are
   looked at again ("dirty").
3. Pair the dirty records with everybody, compare, score: links that come and links that go.
4. Components that hold a dirty record, lost a link or saw a decision come or go are grouped anew (grouping.py).

A block that has outgrown the epoch would take its pairs away from records that did not change: then a full resolution
is asked for (OvergrownError).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.blocking import RECORD_BITS, Candidates, Scope, find_candidates, is_small, mark_rules, prepare_keys
from identity.comparisons import Source, list_comparisons
from identity.comparisons.base import Pairs
from identity.components import FLOOR
from identity.engines.duckdb import drop_tables, read_numpy, write_table
from identity.epoch import Epoch, read_epoch
from identity.errors import OvergrownError
from identity.grouping import group_records
from identity.matching import compare_pairs, score_pairs
from identity.preparation import count_query, list_namespaces, prepare_records, prepare_values
from identity.reporting import Links, write_clusters, write_links
from identity.review import write_review
from identity.rules import Rule, list_rules
from identity.scoring import Scorer, prepare_scorer
from identity.settings import Settings
from identity.spelling import mark_spelled
from identity.state import NO_DECISIONS, find_changes, fingerprint_records, write_edges
from identity.vetoes import read_vetoes

Rids = npt.NDArray[np.int64]

# Columns of identity_person that blocking keys are made of and no comparison reads.
ONLY_BLOCKED = ("pinyin_toned", "is_han", "spelled", "district", "birth_year", "birth_day", "birth_sorted")


@dataclass(frozen=True)
class Increment:
    """What an increment looked at: records new or changed, gone or changed, and records grouped anew.

    Temporary tables: identity_cluster, identity_link and identity_review of the records grouped anew, and
    identity_scope (record_id): those and the ones that are gone.
    """

    changed: int
    removed: int
    touched: int
    candidate_pairs: int
    stored_links: int


def update(
    con: duckdb.DuckDBPyConnection,
    records: str,
    identifiers: str | None,
    decisions: str | None,
    settings: Settings,
    schema: str,
    progress: Callable[[str], None] | None = None,
) -> Increment:
    """Bring the state in `schema` up to date and regroup what changed; the tables of the epoch must be there.

    The caller holds the transaction.
    """
    tell = progress or (lambda _: None)
    epoch = read_epoch(con)
    # 1. Changes.
    before = _count(con, f"{schema}.prepared")
    fingerprint_records(con, records, identifiers, settings)
    changed, removed = find_changes(con, schema)
    tell(f"{changed:,} records new or changed, {removed:,} changed or gone")
    _prepare_changed(con, records, identifiers, settings, schema)
    # 2. Values.
    _count_values(con, settings, schema)
    # 3. Links.
    # What is compared is up to the epoch alone, so values that nobody shares any more are compared too.
    namespaces = list_namespaces(con, f"{schema}.block_value", shared=False)
    rules = list_rules(list_namespaces(con, f"{schema}.block_value"), settings)
    _replace_keys(con, rules, schema)
    total = _count(con, f"{schema}.prepared")
    if is_small(before) or is_small(total):
        raise OvergrownError("a table this small is resolved in full")
    scope = Scope(f"{schema}.block_key", f"{schema}.block_value", "identity_dirty")
    candidates = find_candidates(con, rules, total, settings.blocks, learned=True, scope=scope)
    if candidates.overgrown:
        raise OvergrownError("a block of records has outgrown the epoch: resolve in full")
    tell(f"{len(candidates):,} candidate pairs found")
    links, odds = _score(con, candidates, namespaces, settings, epoch, schema)
    seeds = _replace_edges(con, links, odds, decisions, schema)
    # 4. Groups.
    touched = _find_touched(con, seeds, decisions, schema)
    tell(f"{len(touched):,} records to be grouped anew")
    stored = _regroup(con, touched, rules, namespaces, decisions, settings, epoch, schema)
    con.execute("""
        create or replace temp table identity_scope as
        select record_id from identity_person union select record_id from identity_removed
    """)
    return Increment(changed, removed, len(touched), len(candidates), stored)


def _prepare_changed(
    con: duckdb.DuckDBPyConnection, records: str, identifiers: str | None, settings: Settings, schema: str
) -> None:
    """Step 1: identity_person and identity_carried of the new and changed records; `prepared` brought up to date."""
    con.execute(f"""
        create or replace temp table identity_incoming as
        select * from {records} where record_id in (select record_id from identity_changed) order by record_id
    """)
    row = con.execute(f"select coalesce(max(rid), -1) + 1 from {schema}.prepared").fetchone()
    first = int((row or (0,))[0])
    if first + _count(con, "identity_incoming") >= 1 << RECORD_BITS:
        raise OvergrownError("record numbers have run out: resolve in full, which gives them out anew")
    prepare_records(con, "identity_incoming", settings, first)
    prepare_values(con, identifiers, settings)
    con.execute(f"delete from {schema}.prepared where rid in (select rid from identity_removed)")
    con.execute(f"""
        insert into {schema}.prepared by name
        select identity_person.*, fingerprint from identity_person join identity_fingerprint using (record_id)
    """)
    drop_tables(con, "identity_incoming", "identity_fingerprint")


def _count_values(con: duckdb.DuckDBPyConnection, settings: Settings, schema: str) -> None:
    """Step 2: `block_value` brought up to date, and identity_dirty (rid)."""
    con.execute(f"""
        create or replace temp table identity_before as
        select key, any_value(persons) as persons from {schema}.block_value
        where key in (
            select key from identity_carried
            union select key from {schema}.block_value where rid in (select rid from identity_removed)
        )
        group by key
    """)
    con.execute(f"delete from {schema}.block_value where rid in (select rid from identity_removed)")
    con.execute(f"""
        create or replace temp table identity_recount as
        select rid, namespace, issuer, value, key from {schema}.block_value
        where key in (select key from identity_before)
        union all select rid, namespace, issuer, value, key from identity_carried
    """)
    con.execute(f"delete from {schema}.block_value where key in (select key from identity_before)")
    con.execute(f"create or replace temp table identity_now as {count_query('identity_recount', schema + '.prepared')}")
    con.execute(f"insert into {schema}.block_value by name select * from identity_now")
    names = list_namespaces(con, "identity_now", shared=False)
    limits = pa.table(
        {
            "namespace": pa.array(names, pa.string()),
            "most": pa.array([settings.namespace(name).max_persons for name in names], pa.int64()),
        }
    )
    write_table(con, "identity_limit", limits)
    con.execute("""
        create or replace temp table identity_dirty as
        select rid from identity_person
        union
        select rid from identity_now as now
        join identity_before as before using (key)
        join identity_limit using (namespace)
        where (now.persons > most) <> (before.persons > most)
    """)
    drop_tables(con, "identity_before", "identity_recount", "identity_now", "identity_limit")


def _replace_keys(con: duckdb.DuckDBPyConnection, rules: list[Rule], schema: str) -> None:
    """`block_key` brought up to date."""
    con.execute(f"delete from {schema}.block_key where rid in (select rid from identity_removed)")
    prepare_keys(con, rules)
    con.execute(f"insert into {schema}.block_key by name select * from identity_key")


def _score(
    con: duckdb.DuckDBPyConnection,
    candidates: Candidates,
    namespaces: list[str],
    settings: Settings,
    epoch: Epoch,
    schema: str,
) -> tuple[Pairs, npt.NDArray[np.float32]]:
    """Step 3: the links among the candidates, by rid, and their odds."""
    pairs = Pairs(candidates.left, candidates.right)
    part = _load_part(con, np.unique(np.concatenate([pairs.left, pairs.right])), schema)
    local = part.number(pairs)
    scorer = _read_scorer(con, namespaces, settings, epoch)
    odds = score_pairs(scorer, compare_pairs(scorer.comparisons, local), local)
    at = np.flatnonzero(odds >= FLOOR)
    return pairs.take(at), odds[at]


def _replace_edges(
    con: duckdb.DuckDBPyConnection, links: Pairs, odds: npt.NDArray[np.float32], decisions: str | None, schema: str
) -> Rids:
    """`edge` and `settled` brought up to date; the rids whose components must be looked at."""
    con.execute("""
        create or replace temp table identity_loose as
        select rid from identity_removed union select rid from identity_dirty
    """)
    decided = f"select record_id_l, record_id_r, verdict from {decisions}" if decisions else NO_DECISIONS
    seeds = read_numpy(
        con,
        f"""
        with decided as ({decided}),
        news as (
            (from decided except from {schema}.settled) union all (from {schema}.settled except from decided)
        )
        select rid from identity_dirty
        union select rid_l from {schema}.edge where rid_r in (select rid from identity_loose)
        union select rid_r from {schema}.edge where rid_l in (select rid from identity_loose)
        union select rid from {schema}.prepared
            where record_id in (select record_id_l from news union select record_id_r from news)
                -- A record that is gone held those together that it was decided to be.
                or record_id in (
                    select record_id_l from decided join identity_removed on record_id = record_id_r
                    union select record_id_r from decided join identity_removed on record_id = record_id_l
                )
        except select rid from identity_removed
        """,
    )
    con.execute(f"""
        delete from {schema}.edge
        where rid_l in (select rid from identity_loose) or rid_r in (select rid from identity_loose)
    """)
    write_edges(con, links, odds)
    con.execute(f"insert into {schema}.edge by name select * from identity_edge")
    con.execute(f"create or replace table {schema}.settled as {decided}")
    drop_tables(con, "identity_loose", "identity_edge")
    return np.asarray(seeds["rid"], np.int64)


def _find_touched(con: duckdb.DuckDBPyConnection, seeds: Rids, decisions: str | None, schema: str) -> Rids:
    """Step 4: all records of the components of the seeds."""
    row = con.execute(f"select coalesce(max(rid), -1) + 1 from {schema}.prepared").fetchone()
    edges = f"select rid_l, rid_r from {schema}.edge"
    if decisions:
        edges += f"""
            union all select l.rid, r.rid from {decisions} d
            join {schema}.prepared l on l.record_id = d.record_id_l
            join {schema}.prepared r on r.record_id = d.record_id_r
            where d.verdict = 'same'
        """
    found = read_numpy(con, edges)
    left, right = np.asarray(found["rid_l"], np.int32), np.asarray(found["rid_r"], np.int32)
    marked = np.zeros(int((row or (0,))[0]), np.bool_)
    marked[seeds] = True
    # Few components are touched, so walking from the seeds is cheaper than finding all components.
    while True:
        at_left, at_right = marked[left], marked[right]
        border = at_left != at_right
        if not border.any():
            return np.flatnonzero(marked)
        marked[left[border]] = True
        marked[right[border]] = True
        rest = ~(at_left & at_right)
        left, right = left[rest], right[rest]


def _regroup(
    con: duckdb.DuckDBPyConnection,
    touched: Rids,
    rules: list[Rule],
    namespaces: list[str],
    decisions: str | None,
    settings: Settings,
    epoch: Epoch,
    schema: str,
) -> int:
    """Step 4: identity_cluster, identity_link and identity_review of the touched records; number of links."""
    part = _load_part(con, touched, schema)
    scorer = _read_scorer(con, namespaces, settings, epoch)
    edges = read_numpy(
        con,
        f"select rid_l, rid_r, odds from {schema}.edge where rid_l in (select whole_rid from identity_part)",
    )
    links = part.number(Pairs(np.asarray(edges["rid_l"], np.int32), np.asarray(edges["rid_r"], np.int32)))
    order = np.argsort(links.packed)
    odds = np.asarray(edges["odds"], np.float32)[order]
    vetoes = read_vetoes(con, decisions, settings)
    grouping = group_records(scorer, len(touched), links.take(order), odds, vetoes)
    con.execute(f"""
        create or replace temp table identity_key as
        select part.rid, keyed.* exclude (rid)
        from {schema}.block_key as keyed join identity_part as part on keyed.rid = whole_rid
    """)
    found = Links(grouping.pairs, grouping.levels, grouping.odds)
    write_links(con, mark_rules(con, rules, grouping.pairs), found, scorer, epoch)
    write_clusters(con, grouping.partition)
    write_review(con, grouping.partition, found, scorer.prior, settings, vetoes=vetoes, scorer=scorer)
    return len(found)


@dataclass(frozen=True)
class _Part:
    """Records loaded to be compared: their rids, ascending, and the dense number each has now."""

    rids: Rids
    numbers: npt.NDArray[np.int32]

    def number(self, pairs: Pairs) -> Pairs:
        """Pairs of rids as pairs of dense numbers, lower first."""
        left = self.numbers[np.searchsorted(self.rids, pairs.left)]
        right = self.numbers[np.searchsorted(self.rids, pairs.right)]
        return Pairs(np.minimum(left, right), np.maximum(left, right))


def _load_part(con: duckdb.DuckDBPyConnection, rids: Rids, schema: str) -> _Part:
    """identity_person, identity_value and identity_named_local of these records alone, numbered by record_id."""
    write_table(con, "identity_wanted", pa.table({"rid": pa.array(rids.astype(np.int32))}))
    # Numbered by themselves first: sorting whole rows costs several times as much.
    con.execute(f"""
        create or replace temp table identity_number as
        select rid as whole_rid, cast(row_number() over (order by record_id) - 1 as integer) as rid
        from {schema}.prepared where rid in (select rid from identity_wanted)
    """)
    con.execute(f"""
        create or replace temp table identity_part as
        select number.rid, whole_rid, prepared.* exclude (rid, fingerprint, {", ".join(ONLY_BLOCKED)})
        from {schema}.prepared as prepared join identity_number as number on prepared.rid = whole_rid
    """)
    con.execute("create or replace temp view identity_person as select * from identity_part")
    con.execute(f"""
        create or replace temp table identity_value as
        select number.rid, carried.* exclude (rid)
        from {schema}.block_value as carried join identity_number as number on carried.rid = whole_rid
    """)
    mark_spelled(con)
    numbers = read_numpy(con, "select rid from identity_number order by whole_rid")
    drop_tables(con, "identity_wanted", "identity_number")
    return _Part(np.sort(rids), np.asarray(numbers["rid"], np.int32))


def _read_scorer(con: duckdb.DuckDBPyConnection, namespaces: list[str], settings: Settings, epoch: Epoch) -> Scorer:
    """The epoch's scorer over the records that are loaded."""
    return prepare_scorer(con, list_comparisons(Source(con), namespaces, settings, epoch.names), epoch)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int((row or (0,))[0])
