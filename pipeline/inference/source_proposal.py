"""The source that a file's columns make: kind of stream, mappings, and the TOML that declares it.

In: the sample with its roles. Out: a Proposal. A file is one of

- *orders*: an order number with money, or a customer with a time and money on many rows;
- *events*: a time with the name of an event, an anonymous id, a session or a URL;
- *people*: anything that tells who somebody is.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from connectors.columns import raw_columns
from connectors.registry import CONNECTORS
from pipeline.inference import event_proposal, order_proposal, toml_text
from pipeline.inference.column_guess import guess_column
from pipeline.inference.column_roles import Roles, settle_roles
from pipeline.inference.context import find_context
from pipeline.inference.file_shape import FileShape, UnclearFile
from pipeline.inference.header_words import read_header
from pipeline.inference.record_proposal import DETAILS, RecordProposal, propose_customer, propose_record
from pipeline.inference.sample import Sample
from pipeline.inference.understanding import Context

KINDS = ("people", "orders", "events")
_SETTINGS = ("country", "zone", "currency")
# A connector that reads so many of the file's columns is likely to be its own.
_KNOWN_COLUMNS = 4
_KNOWN_SHARE = 0.8


@dataclass(frozen=True)
class Proposal:
    """A source with one stream. `consents` are for a person to confirm."""

    name: str
    kind: str
    context: Context
    stream: dict[str, Any]
    roles: Roles
    consents: tuple[dict[str, Any], ...] = ()
    remarks: tuple[str, ...] = field(default=())

    @property
    def is_usable(self) -> bool:
        """True when something standard comes of the stream."""
        return self.kind in KINDS

    def uses(self, expression: str) -> bool:
        """True when the stream reads the column."""
        tables = [each for value in self.stream.values() for each in (value if _is_tables(value) else [value])]
        return any(expression in str(part) for each in (*tables, *self.consents) if isinstance(each, dict)
                   for value in each.values() for part in (value if isinstance(value, list) else [value]))  # fmt: skip

    @property
    def settings(self) -> dict[str, Any]:
        """Keys of the source itself; an order of dates is the stream's."""
        return {name: found for name in _SETTINGS if (found := getattr(self.context, name))}

    def toml(self, made_from: str) -> str:
        """The tables for the configuration file."""
        source = f"source.{toml_text.key(self.name)}"
        stream = f"{source}.stream.{self.kind}"
        plain = {key: each for key, each in self.stream.items() if not isinstance(each, dict) and not _is_tables(each)}
        parts = [
            f"# Proposed by `guiyi source infer` from {made_from}: read it, then put it into config/guiyi.toml.\n",
            toml_text.table(source, self.settings),
            toml_text.table(stream, plain),
        ]
        for key, each in self.stream.items():
            if isinstance(each, dict):
                parts.append(toml_text.table(f"{stream}.{key}", each))
            elif _is_tables(each):
                parts += [toml_text.table(f"{stream}.{key}", one, listed=True) for one in each]
        if self.consents:
            parts.append("# Consent is a legal statement: take these in when you know what the columns mean.\n")
            parts += [toml_text.table(f"{stream}.consent", one, listed=True, comment=True) for one in self.consents]
        return "\n".join(parts)


def propose(
    con: duckdb.DuckDBPyConnection,
    sample: Sample,
    shape: FileShape,
    name: str,
    *,
    kind: str | None = None,
    stated: Context | None = None,
) -> Proposal:
    """The source of a sampled file; UnclearFile when its columns tell nothing."""
    context, remarks = find_context(sample.columns, stated or Context())
    roles = settle_roles(guess_column(column, context) for column in sample.columns)
    kind = kind or _kind(roles)
    settings = {"files": shape.files, **({"member": shape.member} if shape.member else {}), "format": shape.format}
    stream = {**settings, **shape.settings}
    if context.date_order:
        stream["date_order"] = context.date_order
    if not kind:
        return Proposal(name, "rows", context, stream, roles, (), (*shape.remarks, *remarks, _NOTHING))
    found = {"people": _people, "orders": _orders, "events": _events}[kind](con, sample, roles)
    mentioned = (*shape.remarks, *remarks, *found.remarks, *_known_connectors(sample))
    if not roles.has("ordered_at", "created_at", "updated_at", "moment", "occurred_at") and kind == "people":
        context = replace(context, zone=None)
    if kind != "orders" or roles.has("currency"):
        context = replace(context, currency=None)
    elif not context.currency:
        mentioned = (*mentioned, "nothing tells the currency: say it with --currency, e.g. --currency CNY")
    return Proposal(name, kind, context, {**stream, **found.tables}, roles, found.consents, mentioned)


_NOTHING = (
    "no column tells who a row is about, what was bought or what happened: the file loads into a raw table only; "
    "--kind people, orders or events says what it is"
)


@dataclass(frozen=True)
class _Mappings:
    tables: dict[str, Any]
    consents: tuple[dict[str, Any], ...]
    remarks: tuple[str, ...]


def _is_tables(each: Any) -> bool:
    return isinstance(each, list | tuple) and bool(each) and isinstance(each[0], dict)


def _kind(roles: Roles) -> str | None:
    has_money = roles.has("amount", "unit_price")
    person = roles.get("person_key")
    if has_money and order_proposal.ordered_at(roles):
        is_priced = roles.has("order_key") and roles.has("amount", "quantity", "product", "sku")
        is_sold = roles.has("ordered_at", "discount", "shipping", "refunded") or _is_paid(roles)
        is_visited = person is not None and person.repeated > 0 and not roles.has("given_name", "birth_date", "gender")
        if is_priced or is_visited or (is_sold and (roles.has("record_key") or person)):
            return "orders"
    is_named = roles.has("full_name", "given_name", "family_name", "birth_date", "national_id")
    is_visit = roles.has("event_key", "anonymous_id", "session_id")
    did = is_visit or (roles.has("event_name", "url", "user_agent") and not is_named)
    if did and event_proposal.occurred_at(roles):
        return "events"
    details = [name for name in DETAILS if roles.has(name)]
    # A column called "name" alone could be a product's or a form's.
    return "people" if details and not (details == ["full_name"] and _is_bare(roles)) else None


def _is_paid(roles: Roles) -> bool:
    """True when a header says "order status" or "payment status", not just "status"."""
    meaning = roles.meaning("order_status")
    return meaning is not None and read_header("status")[0].rank != meaning.rank


def _is_bare(roles: Roles) -> bool:
    meaning = roles.meaning("full_name")
    return meaning is not None and meaning.rank == read_header("name")[0].rank


def _people(con: duckdb.DuckDBPyConnection, sample: Sample, roles: Roles) -> _Mappings:
    record = propose_record(roles, sample.columns)
    return _Mappings({"record": record.record, **_identifiers(record)}, record.consents, record.remarks)


def _orders(con: duckdb.DuckDBPyConnection, sample: Sample, roles: Roles) -> _Mappings:
    at = order_proposal.ordered_at(roles)
    if at is None:
        raise UnclearFile("orders need a column that says when they were placed, and none is understood as a time")
    customer = propose_customer(roles, at.expression, order_proposal.STREAM)
    order = order_proposal.propose_order(con, roles, customer)
    tables = {**_customer(customer), "purchase": order.purchase}
    if order.line:
        tables["purchase_line"] = order.line
    remarks = (*(customer.remarks if customer else ()), *order.remarks)
    return _Mappings(tables, customer.consents if customer else (), remarks)


def _events(con: duckdb.DuckDBPyConnection, sample: Sample, roles: Roles) -> _Mappings:
    at = event_proposal.occurred_at(roles)
    if at is None:
        raise UnclearFile("events need a column that says when they happened, and none is understood as a time")
    user = propose_customer(roles, at.expression, event_proposal.STREAM)
    if user:
        user = replace(user, record={**user.record, "versions": "patch"})
    tables = {**_customer(user), "event": event_proposal.propose_event(roles, user)}
    return _Mappings(tables, user.consents if user else (), user.remarks if user else ())


def _customer(record: RecordProposal | None) -> dict[str, Any]:
    return {"record": record.record, **_identifiers(record)} if record else {}


def _identifiers(record: RecordProposal) -> dict[str, Any]:
    return {"identifier": list(record.identifiers)} if record.identifiers else {}


def _known_connectors(sample: Sample) -> list[str]:
    """Connectors whose columns the file has."""
    present = {column.label.partition(".")[0].partition("[")[0].lower() for column in sample.columns}
    found = []
    for name, connector in CONNECTORS.items():
        for stream in connector.streams:
            read = {each.lower() for each in raw_columns(stream)}
            if len(read) >= _KNOWN_COLUMNS and len(read & present) >= _KNOWN_SHARE * len(read):
                found.append((len(read & present), f"connector {name}, stream {stream.name}"))
    if not found:
        return []
    count, best = max(found)
    return [f"{best}, reads {count} of these columns: if the file is from that system, configure the connector instead"]
