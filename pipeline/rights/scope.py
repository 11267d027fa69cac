"""What goes with a person: raw rows, what happened, quarantined rows; found by the mappings, by citation and by words.

In: the temporary tables of the subject. Out: erased_row, erased_thing and erased_reject, as warehouse/rights/removal.py
reads them. A row goes when

1. its stream's mapping says that it speaks of one of the person's records, or of an identifier nobody else carries;
2. a standard row of the person came from it; a visit counts as the person's when it was stitched to the person;
3. it is about nobody's record, and one of the words the person alone is known by stands in it.
"""

import duckdb

from pipeline.rights.claims import carrier_id_sql, find_rows, identifier_id_sql, stage_claims
from pipeline.sources import SourceStream, source_streams
from pipeline.stage import Work
from pipeline.staging import Portion
from warehouse.raw import raw_columns_of, raw_table
from warehouse.rights.words import names_sql, words_sql

_KEYED = ("purchase", "interaction", "feedback")


def stage_scope(work: Work) -> None:
    """Create the temporary tables; the subject's must be there."""
    con = work.con
    _stage_things(con)
    _stage_wanted(con)
    con.execute("create or replace temp table erased_row (raw_table varchar, _batch_id varchar, _line bigint)")
    for each in source_streams(work.config):
        if raw_columns_of(con, each.source.name, each.stream.name):
            work.progress(f"looking through {each.label}")
            _add_rows(work, each)
    _add_cited(con)
    _add_events_of_rows(con)
    _stage_rejects(con)


def _stage_things(con: duckdb.DuckDBPyConnection) -> None:
    """Orders, tickets, answers, and the visits stitched to the person."""
    con.execute("create or replace temp table erased_thing (kind varchar, id varchar)")
    for kind in _KEYED:
        con.execute(
            f"insert into erased_thing select '{kind}', {kind}_id from standard.{kind} "
            "semi join erased_record using (record_id)"
        )
    if con.execute("select 1 from duckdb_tables() where schema_name = 'customer' and table_name = 'event'").fetchone():
        con.execute(
            """
            insert into erased_thing
            select 'event', event_id from customer.event
            where customer_id in (select customer_id from erased_customer) and record_id is null
            """
        )


def _stage_wanted(con: duckdb.DuckDBPyConnection) -> None:
    """Ids by which rows are found, of the kinds in pipeline/rights/claims.py."""
    con.execute(
        f"""
        create or replace temp table wanted as
        select 'record' as kind, record_id as id from erased_record
        union
        select 'identifier', {identifier_id_sql("namespace", "issuer", "value")} from erased_identifier where is_own
        union
        select 'carrier', {carrier_id_sql("namespace", "value")} from erased_identifier where is_carrier
        union
        select kind, id from erased_thing
        union
        select 'text', word from erased_text where word is not null
        """
    )


def _add_rows(work: Work, each: SourceStream) -> None:
    con = work.con
    batches = con.execute(
        "select batch_id from ops.batch where source = ? and stream = ? and rows_loaded > 0 order by 1",
        [each.source.name, each.stream.name],
    ).fetchall()
    if not batches:
        return
    portion = Portion(work, each, [row[0] for row in batches])
    stage_claims(portion)
    find_rows(portion)
    name = f"{each.source.name}_{each.stream.name}"
    con.execute("insert into erased_row select $name, _batch_id, _line from found_row", {"name": name})
    _add_named(portion, name)
    # What a row of the person tells belongs to the person, whoever was or was not named in it.
    con.execute(
        """
        insert into erased_thing
        select distinct kind, id from claim semi join found_row using (_batch_id, _line)
        where kind in ('purchase', 'interaction', 'feedback')
        """
    )


def _add_named(portion: Portion, name: str) -> None:
    """Step 3 for names, which are no words: rows of nobody in which a name stands that nobody else has."""
    con, each = portion.work.con, portion.each
    text = "to_json(raw)::varchar"
    con.execute(
        f"""
        insert into erased_row
        select $name, _batch_id, _line from {raw_table(each.source.name, each.stream.name)} as raw
        where list_contains($batches, _batch_id)
            and (_batch_id, _line) not in (select (_batch_id, _line) from claim where kind = 'record')
            and {names_sql(text)}
        """,
        {"name": name, "batches": portion.batches},
    )


def _add_cited(con: duckdb.DuckDBPyConnection) -> None:
    """Step 2: rows that standard rows of the person cite; a source that is no longer configured is known by them."""
    batch = "join ops.batch as batch on batch.batch_id = cited._batch_id"
    for table in ("record", "event", "purchase", "interaction", "feedback", "consent"):
        con.execute(
            f"""
            insert into erased_row
            select distinct batch.source || '_' || batch.stream, cited._batch_id, cited._line
            from standard.{table} as cited {batch}
            where cited.record_id in (select record_id from erased_record)
            """
        )
    con.execute(
        f"""
        insert into erased_row
        select distinct batch.source || '_' || batch.stream, cited._batch_id, cited._line
        from standard.event as cited {batch} where event_id in (select id from erased_thing where kind = 'event')
        """
    )
    con.execute("create or replace temp table erased_row as select distinct * from erased_row")


def _add_events_of_rows(con: duckdb.DuckDBPyConnection) -> None:
    """Visits without a record that one of the rows told."""
    con.execute(
        """
        insert into erased_thing
        select 'event', event_id from standard.event
        where record_id is null and (_batch_id, _line) in (select (_batch_id, _line) from erased_row)
        """
    )
    con.execute("create or replace temp table erased_thing as select distinct * from erased_thing")


def _stage_rejects(con: duckdb.DuckDBPyConnection) -> None:
    """Quarantined rows: those set aside after they were loaded, and those in which a word or the name stands."""
    con.execute(
        f"""
        create or replace temp table erased_reject as
        select rowid as id, batch_id, line, stage from ops.quarantine
        where stage = 'quality' and (batch_id, line) in (select (_batch_id, _line) from erased_row)
        union
        select rowid, batch_id, line, stage from ops.quarantine
        where raw is not null and (
            list_has_any({words_sql("raw")}, (select coalesce(list(word), []) from erased_text where word is not null))
            or {names_sql("raw")}
        )
        """
    )
