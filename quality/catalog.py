"""Where the suites are found by name: one per guarded table, `raw` for all stream tables together."""

from collections.abc import Sequence

import duckdb

from quality.errors import SuiteError
from quality.expectations import Suite
from quality.suites import (
    alias,
    batch,
    behaviour,
    consent,
    customer,
    customer_rows,
    event,
    feedback,
    golden_record,
    identifier,
    identity_quality,
    interaction,
    ledger,
    link,
    mart,
    permission,
    provenance,
    purchase,
    purchase_line,
    quarantine,
    raw,
    record,
    record_customer,
    unparsed,
)

_ALL = (
    batch.SUITE,
    quarantine.SUITE,
    record.SUITE,
    identifier.SUITE,
    event.SUITE,
    purchase.SUITE,
    purchase_line.SUITE,
    interaction.SUITE,
    feedback.SUITE,
    consent.SUITE,
    unparsed.SUITE,
    record_customer.SUITE,
    link.SUITE,
    alias.SUITE,
    ledger.SUITE,
    customer.SUITE,
    provenance.SUITE,
    permission.SUITE,
    *golden_record.SUITES,
    *customer_rows.SUITES,
    *mart.SUITES,
    *behaviour.SUITES,
    identity_quality.SUITE,
)

SUITES: dict[str, Suite] = {suite.name: suite for suite in _ALL}
SUITE_NAMES: tuple[str, ...] = (*tuple(SUITES)[:2], raw.NAME, *tuple(SUITES)[2:])


def suites_named(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[Suite]:
    """The suites, in the order asked for; SuiteError when there is none of that name."""
    if unknown := sorted(set(names) - set(SUITE_NAMES)):
        raise SuiteError(f"no quality suite is called {', '.join(unknown)}; there are {', '.join(SUITE_NAMES)}")
    return [raw.raw_suite(_stream_tables(con)) if name == raw.NAME else SUITES[name] for name in names]


def purposes() -> dict[str, str]:
    """Suite name to what the suite guards, in the order of the flow."""
    return {name: raw.PURPOSE if name == raw.NAME else SUITES[name].purpose for name in SUITE_NAMES}


def existing_tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    """schema.table of every table and view of the warehouse."""
    rows = con.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
    return {row[0] for row in rows}


def _stream_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("select table_name from information_schema.tables where table_schema = 'raw'").fetchall()
    return sorted(row[0] for row in rows)
