"""Whom each raw row speaks of, as its stream's mapping says, without anything being standardised.

In: batches of a stream. Out: the temporary table `claim` (_batch_id, _line, kind, id), and from it `found_row`, the
rows that speak of wanted ids. Kinds are those of ops.tombstone:

    record       record_id of the person the row is about
    identifier   namespace, issuer and value, by `identifier_id`
    carrier      namespace and value: what an event says of a device or login, which knows no issuer
    purchase, interaction, feedback, event   their ids
    text         words, addresses and numbers of a row that is about nobody's record (see `words_sql`)
"""

from collections.abc import Iterator

from connectors.stream import Identifier, Record
from pipeline.keys import SEPARATOR, event_hash_sql
from pipeline.normalisers import (
    address_step,
    email_step,
    identifier_step,
    national_id_step,
    phone_step,
)
from pipeline.staging import Portion, stage_mapping, staged_query
from pipeline.values import apply_steps
from warehouse.raw import quoted, raw_columns_of, raw_table
from warehouse.rights.words import words_sql

_PLACE = ("address", "city", "region", "district", "postcode", "country")
_EVENT_ID = f"""
    case when raw_id is not null then {event_hash_sql("$source", "$stream", "raw_id")}
        else {event_hash_sql("$source", "$stream", "_batch_id", "_line::varchar")} end
"""


def identifier_id(namespace: str, issuer: str, value: str) -> str:
    """The id of a claim of kind `identifier`."""
    return SEPARATOR.join((namespace, issuer, value))


def identifier_id_sql(namespace: str, issuer: str, value: str) -> str:
    """The same in SQL."""
    return f"({namespace} || chr(31) || {issuer} || chr(31) || {value})"


def carrier_id_sql(namespace: str, value: str) -> str:
    """The id of a claim of kind `carrier` in SQL."""
    return f"({namespace} || chr(31) || {value})"


def stage_claims(portion: Portion) -> None:
    """Create `claim` over the portion's batches."""
    con, stream = portion.work.con, portion.each.stream
    con.execute("create or replace temp table claim (_batch_id varchar, _line bigint, kind varchar, id varchar)")
    if stream.record:
        _claim_records(portion, stream.record)
    for identifier in stream.identifiers:
        _claim_identifiers(portion, identifier)
    if stream.event:
        _claim_events(portion)
    for mapping, ids in _keyed(portion):
        _claim(portion, mapping, ids)
    _claim_words(portion)


def find_rows(portion: Portion) -> None:
    """Create `found_row` (_batch_id, _line): rows with a claim in `wanted` (kind, id); `claim` must be there.

    An order is told in several rows, of which one names the buyer: all rows of an order go with that one.
    """
    con = portion.work.con
    con.execute(
        """
        create or replace temp table found_row as
        with direct as (select distinct _batch_id, _line from claim semi join wanted using (kind, id)),
        ordered as (
            select distinct id from claim semi join direct using (_batch_id, _line) where kind = 'purchase'
        )
        select _batch_id, _line from direct
        union
        select _batch_id, _line from claim where kind = 'purchase' and id in (select id from ordered)
        """
    )


def _claim_records(portion: Portion, record: Record) -> None:
    """The record, and the addresses, phones and identity numbers its row carries, read as standardise reads them."""
    con, source = portion.work.con, portion.each.source
    extra = {"record_id": portion.record_id(record.key, record.stream)}
    stage_mapping(portion, "_claimed", record, fields=(*_PLACE, "national_id"), extra=extra)
    emails = [f"email_{number}" for number in range(1, len(record.emails) + 1)]
    phones = [f"phone_{number}" for number in range(1, len(record.phones) + 1)]
    steps = [address_step(), national_id_step(), *(email_step(each) for each in emails)]
    apply_steps(con, "_claimed", [*steps, *(phone_step(each, source.country) for each in phones)])
    _insert(portion, "'record'", "record_id")
    carried = [("email", each) for each in emails] + [("phone", each) for each in phones]
    for namespace, column in (*carried, ("national_id", "national_id")):
        _insert(portion, "'identifier'", identifier_id_sql(f"'{namespace}'", "''", quoted(column)))


def _claim_identifiers(portion: Portion, identifier: Identifier) -> None:
    con = portion.work.con
    extra = {"record_id": portion.record_id(identifier.record, identifier.stream), "country": "null::varchar"}
    query, parameters = staged_query(portion, identifier, extra=extra, only=("value", "issuer"))
    con.execute(f"create or replace temp table _claimed as {query}", parameters)
    shape = {"email": email_step("value"), "phone": phone_step("value", portion.each.source.country)}
    apply_steps(con, "_claimed", [shape.get(identifier.namespace, identifier_step())])
    _insert(portion, "'record'", "record_id")
    namespace = "'" + identifier.namespace.replace("'", "''") + "'"
    _insert(portion, "'identifier'", identifier_id_sql(namespace, "coalesce(raw_issuer, '')", "value"))
    # An event of the same device or login knows no issuer.
    _insert(portion, "'carrier'", carrier_id_sql(namespace, "value"))


def _claim_events(portion: Portion) -> None:
    event = portion.each.stream.event
    assert event is not None
    who = portion.record_id(event.record, event.stream) if event.record else "null::varchar"
    query, parameters = staged_query(
        portion, event, fields=("anonymous_id",), extra={"record_id": who},
        only=("id", "anonymous_namespace", "anonymous_id"),
    )  # fmt: skip
    portion.work.con.execute(f"create or replace temp table _claimed as {query}", parameters)
    _insert(portion, "'record'", "record_id")
    _insert(portion, "'carrier'", carrier_id_sql("raw_anonymous_namespace", "raw_anonymous_id"))
    stream = event.own_stream or portion.each.stream.name
    _insert(portion, "'event'", _EVENT_ID, {"source": portion.each.source.name, "stream": stream})


def _keyed(portion: Portion) -> Iterator[tuple[object, dict[str, str]]]:
    """Mappings of what has a key of its own, with the SQL of the ids their rows claim, by kind."""
    stream = portion.each.stream
    for kind in ("purchase", "interaction", "feedback"):
        mapping = getattr(stream, kind)
        if mapping:
            ids = {kind: portion.record_id(mapping.key, mapping.own_stream)}
            if mapping.record:
                ids["record"] = portion.record_id(mapping.record, mapping.stream)
            yield mapping, ids
    if line := stream.purchase_line:
        own = stream.purchase.own_stream if stream.purchase else line.stream
        yield line, {"purchase": portion.record_id(line.purchase, own)}
    for consent in stream.consents:
        yield consent, {"record": portion.record_id(consent.record, consent.stream)}


def _claim(portion: Portion, mapping: object, ids: dict[str, str]) -> None:
    extra = {f"id_{kind}": sql for kind, sql in ids.items()}
    query, parameters = staged_query(portion, mapping, extra=extra, only=())
    portion.work.con.execute(f"create or replace temp table _claimed as {query}", parameters)
    for kind in ids:
        _insert(portion, f"'{kind}'", f"id_{kind}")


def _claim_words(portion: Portion) -> None:
    """What stands in rows that are about nobody's record: a log's user, an address in a link."""
    con, each = portion.work.con, portion.each
    columns = [name for name in raw_columns_of(con, each.source.name, each.stream.name) if not name.startswith("_")]
    if not columns:
        return
    text = f"concat_ws(chr(31), {', '.join(quoted(name) for name in columns)})"
    con.execute(
        f"""
        insert into claim
        select distinct _batch_id, _line, 'text', unnest({words_sql(text)})
        from {raw_table(each.source.name, each.stream.name)}
        where list_contains($batches, _batch_id)
            and (_batch_id, _line) not in (select (_batch_id, _line) from claim where kind = 'record')
        """,
        {"batches": portion.batches},
    )


def _insert(portion: Portion, kind: str, identity: str, parameters: dict[str, object] | None = None) -> None:
    portion.work.con.execute(
        f"insert into claim select distinct _batch_id, _line, {kind}, {identity} from _claimed "
        f"where ({identity}) is not null",
        parameters or {},
    )
