"""Erased people in a new delivery: their rows are dropped before anything reads them.

In: a batch that has just been loaded, inside its transaction. Out: its raw table, its quarantine and its archived copy
without the rows of erased people; the rows counted in ops.batch as suppressed, so that every delivered row is still
accounted for. Without tombstones nothing is done.

1. What every row claims is read with the stream's mapping (claims.py), and the distinct claims are compared by digest.
2. A new record of an erased person is known by the identifiers it carries; everything else of the same record in the
   same delivery goes with it.
3. Quarantined rows are compared word by word.
"""

from pathlib import Path

import duckdb

from pipeline.rights.archives import note_redaction, write_remaining
from pipeline.rights.claims import find_rows, stage_claims
from pipeline.sources import SourceStream
from pipeline.stage import Work
from pipeline.staging import Portion
from warehouse.raw import raw_table
from warehouse.rights.digest import DigestKey, digest_sql, open_key
from warehouse.rights.words import words_sql


def suppress(work: Work, each: SourceStream, batch_id: str, path: Path) -> tuple[int, int, Path]:
    """Drop erased people's rows of a batch; how many loaded and quarantined rows went, and the copy's name now."""
    con = work.con
    if not con.execute("select 1 from ops.tombstone limit 1").fetchone():
        return 0, 0, path
    key = open_key(work.config.home)
    portion = Portion(work, each, [batch_id])
    _find(portion, key)
    _find_rejects(con, batch_id, key)
    loaded, quarantined = _delete(con, each, batch_id)
    if loaded or quarantined:
        was = path.relative_to(work.config.home).as_posix()
        named = write_remaining(work, each.source.name, each.stream.name, batch_id)
        _account(con, batch_id, loaded, quarantined, named)
        note_redaction(con, work, work.run_id, batch_id, loaded + quarantined, was)
        path = work.config.home / named
    return loaded, quarantined, path


def _find(portion: Portion, key: DigestKey) -> None:
    """`found_row`; steps 1 and 2."""
    con = portion.work.con
    stage_claims(portion)
    stage_known(con, "select distinct kind, id from claim", key)
    con.execute(
        """
        insert into wanted
        select distinct 'record', id from claim semi join (
            select distinct _batch_id, _line from claim semi join wanted using (kind, id) where kind = 'identifier'
        ) using (_batch_id, _line)
        where kind = 'record'
        """
    )
    find_rows(portion)


def stage_known(con: duckdb.DuckDBPyConnection, claims: str, key: DigestKey) -> None:
    """Create `wanted` (kind, id): the claims whose digest is a tombstone's."""
    con.execute(
        f"""
        create or replace temp table wanted as
        select kind, id from ({claims})
        where (kind, {digest_sql("kind || chr(31) || id")}) in (select (kind, digest) from ops.tombstone)
        """,
        key.parameters,
    )


def _find_rejects(con: duckdb.DuckDBPyConnection, batch_id: str, key: DigestKey) -> None:
    """`found_reject` (id): step 3."""
    con.execute(
        f"""
        create or replace temp table found_reject as
        with word as (
            select rowid as id, unnest({words_sql("raw")}) as word from ops.quarantine
            where batch_id = $batch_id and stage = 'ingest' and raw is not null
        )
        select distinct id from word
        where {digest_sql("'text' || chr(31) || word")} in (select digest from ops.tombstone where kind = 'text')
        """,
        {**key.parameters, "batch_id": batch_id},
    )


def _delete(con: duckdb.DuckDBPyConnection, each: SourceStream, batch_id: str) -> tuple[int, int]:
    loaded = con.execute(
        f"delete from {raw_table(each.source.name, each.stream.name)} "
        "where _batch_id = $batch_id and _line in (select _line from found_row)",
        {"batch_id": batch_id},
    ).fetchone()
    quarantined = con.execute("delete from ops.quarantine where rowid in (select id from found_reject)").fetchone()
    return int(loaded[0]) if loaded else 0, int(quarantined[0]) if quarantined else 0


def _account(con: duckdb.DuckDBPyConnection, batch_id: str, loaded: int, quarantined: int, named: str) -> None:
    con.execute(
        """
        update ops.batch set rows_loaded = rows_loaded - $loaded, rows_quarantined = rows_quarantined - $quarantined,
            rows_suppressed = rows_suppressed + $loaded + $quarantined, archive_path = $named
        where batch_id = $batch_id
        """,
        {"batch_id": batch_id, "loaded": loaded, "quarantined": quarantined, "named": named},
    )
