"""From raw rows to standard.record, standard.identifier and standard.consent.

In: the new batches of a stream. Out: the newest version of every profile they touch, every identifier its rows carry,
and the newest statement of consent. A stream whose rows are patches (they say only what they carry) is read again in
full for the keys touched, so that the result depends on what was delivered and not on when.
"""

from connectors.stream import Consent, Identifier, Record
from pipeline.normalisers import (
    ADDRESS_COLUMNS,
    NAME_COLUMNS,
    address_step,
    birth_date_step,
    company_step,
    consent_step,
    email_step,
    gender_step,
    identifier_step,
    name_step,
    national_id_step,
    phone_step,
    time_step,
)
from pipeline.staging import Portion, keep_unparsed, stage_mapping, stage_sightings
from pipeline.upsert import upsert_newest
from pipeline.values import Step, apply_steps, count_rows
from warehouse.raw import quoted, raw_table

_RECORD_FIELDS = (
    *("updated_at", "created_at", "deleted_at", "full_name", "given_name", "family_name", "gender", "birth_date"),
    *("address", "city", "region", "district", "postcode", "country", "company", "national_id", "language"),
)
# Columns that belong together: of a patched profile, the newest row that has any of them gives them all.
_GROUPS = (
    NAME_COLUMNS,
    ADDRESS_COLUMNS,
    ("birth_date", "birth_date_alt"),
    *(("gender",), ("email",), ("phone",), ("company",), ("national_id",), ("language",)),
    *(("created_at",), ("deleted_at",)),
)


def write_records(portion: Portion, record: Record) -> int:
    """Standardise the profiles of the new batches; returns records written."""
    con, stream = portion.work.con, record.stream or portion.each.stream.name
    _stage_versions(portion, record)
    emails, phones = len(record.emails), len(record.phones)
    steps = _steps(portion, record)
    apply_steps(con, "_version", steps)
    _combine_contacts(portion, emails, phones)
    _write_contact_identifiers(portion, emails, phones)
    if record.versions == "patch":
        _patch(portion)
    written = upsert_newest(con, "standard.record", "_version", ("record_id",), "updated_at")
    # A reason about a name or an address may be about any of its parts: all of them are kept.
    together = {"full_name": "raw_written_name", "address": "raw_place"}
    fields = {step.field: together.get(step.field, f"raw_{step.field}") for step in steps}
    keep_unparsed(portion, "_version_read", "source_record_id", fields, stream)
    return written


def write_identifiers(portion: Portion, identifier: Identifier) -> int:
    """Add what rows say about one namespace to standard.identifier; returns identifiers seen."""
    con = portion.work.con
    stage_sightings(portion, identifier)
    shape = {"email": email_step("value"), "phone": phone_step("value", portion.each.source.country)}
    reader = shape.get(identifier.namespace, identifier_step())
    con.execute("alter table _sighting add column country varchar")
    apply_steps(con, "_sighting", [time_step("seen_at", portion.each), reader])
    con.execute(
        """
        create or replace temp table _sighting as
        select record_id, value, raw_issuer, is_revoked, _delivered_on,
            unnest([coalesce(seen_first, seen_at), coalesce(seen_last, seen_at)]) as seen_at
        from (select * from _sighting)
        """
    )
    return _merge_identifiers(portion, identifier.namespace)


def write_consents(portion: Portion, consent: Consent) -> int:
    """Keep the newest statement per record, channel and purpose; returns statements written."""
    extra = {"record_id": portion.record_id(consent.record, consent.stream)}
    stage_mapping(portion, "_consent", consent, fields=("stated_at",), extra=extra)
    portion.work.con.execute("alter table _consent rename raw_value to raw_status")
    steps = [time_step("stated_at", portion.each), consent_step(asks_refusal=consent.asks_refusal)]
    apply_steps(portion.work.con, "_consent", steps)
    portion.work.con.execute(
        """
        create or replace temp table _statement as
        select record_id, raw_channel as channel, raw_purpose as purpose, status,
            coalesce(stated_at, _delivered_on::timestamp) as stated_at, $source as source, $stream as stream,
            _batch_id, _line, _delivered_on
        from _consent where record_id is not null and status is not null
        """,
        {"source": portion.each.source.name, "stream": consent.stream or portion.each.stream.name},
    )
    return upsert_newest(
        portion.work.con, "standard.consent", "_statement", ("record_id", "channel", "purpose"), "stated_at"
    )


def _stage_versions(portion: Portion, record: Record) -> None:
    """`_version`: one row per version, of the new batches, or of all batches for the keys that patches touch."""
    key = portion.each.fill(record.key)
    touched = None
    if record.versions == "patch":
        table = raw_table(portion.each.source.name, portion.each.stream.name)
        touched = f"""
            ({key}) in (select ({key}) from {table} as raw where list_contains($batches, raw._batch_id)
                and ({portion.each.fill(record.when)}))
        """
    extra = {"record_id": portion.record_id(record.key, record.stream)}
    stage_mapping(portion, "_version", record, fields=_RECORD_FIELDS, extra=extra, rows=touched)
    portion.work.con.execute("delete from _version where record_id is null")


def _steps(portion: Portion, record: Record) -> list[Step]:
    return [
        *(time_step(field, portion.each) for field in ("updated_at", "created_at", "deleted_at")),
        name_step(),
        address_step(),
        birth_date_step(portion.each.stream.date_order, portion.work.now.date()),
        gender_step(),
        company_step(),
        national_id_step(),
        *(email_step(f"email_{i}") for i in range(1, len(record.emails) + 1)),
        *(phone_step(f"phone_{i}", portion.each.source.country) for i in range(1, len(record.phones) + 1)),
    ]


def _combine_contacts(portion: Portion, emails: int, phones: int) -> None:
    """The first e-mail and phone that could be read are the record's; `_version_read` keeps the reasons."""
    con = portion.work.con
    con.execute(
        """
        create or replace temp table _version_read as
        select *, raw_key as source_record_id,
            coalesce(raw_full_name, nullif(concat_ws(' ', raw_given_name, raw_family_name), '')) as raw_written_name,
            nullif(concat_ws(', ', raw_address, raw_district, raw_city, raw_region, raw_postcode, raw_country), '')
                as raw_place
        from _version
        """
    )
    con.execute(
        f"""
        create or replace temp table _version as
        select * exclude (updated_at), {_first("email", emails)} as email, {_first("phone", phones)} as phone,
            coalesce(updated_at, _delivered_on::timestamp) as updated_at, raw_language as language,
            raw_key as source_record_id, $source as source, $stream as stream
        from _version
        """,
        {
            "source": portion.each.source.name,
            "stream": _record_stream(portion),
        },
    )


def _record_stream(portion: Portion) -> str:
    record = portion.each.stream.record
    return (record.stream if record else None) or portion.each.stream.name


def _first(kind: str, count: int) -> str:
    return f"coalesce({', '.join(f'{kind}_{i}' for i in range(1, count + 1))})" if count else "null::varchar"


def _write_contact_identifiers(portion: Portion, emails: int, phones: int) -> None:
    """Every e-mail and phone of every version is an identifier with worldwide issuer."""
    columns = {
        "email": [f"email_{i}" for i in range(1, emails + 1)],
        "phone": [f"phone_{i}" for i in range(1, phones + 1)],
        "national_id": ["national_id"],
    }
    for namespace, names in columns.items():
        told = [
            f"select record_id, {quoted(name)} as value, updated_at, _delivered_on from _version "
            f"where {quoted(name)} is not null"
            for name in names
        ]
        if told:
            portion.work.con.execute(
                f"""
                create or replace temp table _sighting as
                select record_id, value, '' as raw_issuer, updated_at as seen_at, false as is_revoked, _delivered_on
                from ({" union all ".join(told)})
                """
            )
            _merge_identifiers(portion, namespace)


def _patch(portion: Portion) -> None:
    """Fold the versions of a key into one row, each group of columns from the newest version that has any of it."""
    groups = ", ".join(
        f"arg_max(struct_pack({', '.join(f'{name} := {name}' for name in group)}), version_number) "
        f"filter (where coalesce({', '.join(f'{name}::varchar' for name in group)}) is not null) as group_{number}"
        for number, group in enumerate(_GROUPS)
    )
    spread = ", ".join(f"group_{number}.{name}" for number, group in enumerate(_GROUPS) for name in group)
    portion.work.con.execute(
        f"""
        create or replace temp table _version as
        with numbered as (
            select *, row_number() over (
                partition by record_id
                order by updated_at nulls first, _delivered_on nulls first, _batch_id, _line
            ) as version_number
            from _version
        ),
        folded as (
            select record_id, source, stream, any_value(source_record_id) as source_record_id,
                max(updated_at) as updated_at, arg_max(_batch_id, version_number) as _batch_id,
                arg_max(_line, version_number) as _line, max(_delivered_on) as _delivered_on, {groups}
            from numbered group by record_id, source, stream
        )
        select record_id, source, stream, source_record_id, updated_at, _batch_id, _line, _delivered_on, {spread}
        from folded
        """
    )
    # Folding read every version, so what is held is replaced even when the newest version itself is not newer.
    portion.work.con.execute("delete from standard.record where record_id in (select record_id from _version)")


def _merge_identifiers(portion: Portion, namespace: str) -> int:
    """Widen the time span of identifiers already known, add the others.

    Spans are minima and maxima, so the order of deliveries does not matter.
    """
    con = portion.work.con
    con.execute(
        """
        create or replace temp table _span as
        with timed as (
            select record_id, coalesce(raw_issuer, '') as issuer, value, is_revoked,
                coalesce(seen_at, _delivered_on::timestamp) as seen_at
            from _sighting where record_id is not null and value is not null
        )
        select record_id, issuer, value,
            min(seen_at) filter (where not is_revoked) as seen_first,
            max(seen_at) filter (where not is_revoked) as seen_last,
            max(seen_at) filter (where is_revoked) as revoked_at
        from timed group by all
        """
    )
    con.execute(
        """
        merge into standard.identifier as held
        using (
            select span.record_id, $namespace as namespace, span.issuer, span.value,
                least(span.seen_first, known.seen_first) as seen_first,
                greatest(span.seen_last, known.seen_last) as seen_last,
                greatest(span.revoked_at, known.revoked_at) as revoked_at
            from _span as span left join standard.identifier as known
                on known.record_id = span.record_id and known.namespace = $namespace
                and known.issuer = span.issuer and known.value = span.value
        ) as span
        on held.record_id = span.record_id and held.namespace = span.namespace
            and held.issuer = span.issuer and held.value = span.value
        when matched then update set
            seen_first = span.seen_first, seen_last = span.seen_last,
            revoked_at = case when span.revoked_at > span.seen_last or span.seen_last is null then span.revoked_at end
        when not matched then insert values (
            span.record_id, span.namespace, span.issuer, span.value, span.seen_first, span.seen_last,
            case when span.revoked_at > span.seen_last or span.seen_last is null then span.revoked_at end
        )
        """,
        {"namespace": namespace},
    )
    return count_rows(con, "_span")
