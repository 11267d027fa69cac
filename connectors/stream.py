"""What a connector says about one stream: how its files are read and which column means what.

Every mapping value is a DuckDB SQL expression over the stream's raw text columns (nested JSON is text:
`json_extract_string(context, '$.ip')`). Two placeholders are filled from the configuration: `{issuer}`, the name of
whoever gave out the system's identifiers, and `{source}`, the source's name; both become quoted strings.
Expressions come from connectors and configuration files, never from data.

A mapping's `stream` names the stream of the record it is about, when that is not the file stream. What has a key of its
own is keyed by source, stream and key: two streams that tell the same events, orders, tickets or answers, as a file and
an API do, name one `own_stream`, so that they tell versions of one thing.
"""

from dataclasses import dataclass, fields
from typing import Literal

from connectors.api.system import Pull
from connectors.files.reading import Format
from connectors.secrets import SECRETS


@dataclass(frozen=True)
class Record:
    """A person's profile. Rows of one key are versions of it.

    `versions`: with "replace" the newest row is the profile; with "patch" a row only says what it carries, and each
    field keeps its newest value. `stream` names the record stream when it differs from the file stream.
    """

    key: str
    stream: str | None = None
    when: str = "true"
    versions: Literal["replace", "patch"] = "replace"
    updated_at: str | None = None
    created_at: str | None = None
    deleted_at: str | None = None
    full_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    gender: str | None = None
    birth_date: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: str | None = None
    city: str | None = None
    region: str | None = None
    district: str | None = None
    postcode: str | None = None
    country: str | None = None
    company: str | None = None
    national_id: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Identifier:
    """A value that points at a record of this source. `revoked` is true on rows that take the link back (unbind)."""

    namespace: str
    value: str
    record: str
    stream: str | None = None
    issuer: str = "''"
    seen_at: str | None = None
    revoked: str = "false"
    when: str = "true"


@dataclass(frozen=True)
class Event:
    """Something a visitor did. `record` is the logged-in user's record key, if the row names one; `os` and `device`
    are for systems that tell them without a user agent."""

    id: str
    occurred_at: str
    type: str = "'track'"
    name: str | None = None
    record: str | None = None
    stream: str | None = None
    own_stream: str | None = None
    anonymous_namespace: str = "'anonymous_id'"
    anonymous_id: str | None = None
    session_id: str | None = None
    url: str | None = None
    referrer: str | None = None
    campaign: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    os: str | None = None
    device: str | None = None
    properties: str | None = None
    when: str = "true"


@dataclass(frozen=True)
class Purchase:
    """An order. `number` is what people call it, when that is not its key. Without `amount` it is the sum of its
    lines; `status` must yield paid, pending, cancelled, refunded or other; without `currency` it is the currency found
    in the amount or the source's."""

    key: str
    ordered_at: str
    number: str | None = None
    record: str | None = None
    stream: str | None = None
    own_stream: str | None = None
    updated_at: str | None = None
    status: str = "'paid'"
    currency: str | None = None
    amount: str | None = None
    discount: str | None = None
    shipping: str | None = None
    refunded: str | None = None
    item_count: str | None = None
    payment_method: str | None = None
    when: str = "true"


@dataclass(frozen=True)
class PurchaseLine:
    """A product on an order; `purchase` is the order's key.

    Lines beside a Purchase are those of its delivery. Lines in files without their orders name in `stream` the stream
    that these are kept under; there `number` is the line's own key, whose newest row by `updated_at` is the line, and
    `removed` is true on rows that take it back. Without a `number` an order's lines are those of the newest delivery
    that has any.
    """

    purchase: str
    quantity: str
    stream: str | None = None
    number: str | None = None
    updated_at: str | None = None
    removed: str = "false"
    product: str | None = None
    sku: str | None = None
    category: str | None = None
    unit_price: str | None = None
    amount: str | None = None
    when: str = "true"


@dataclass(frozen=True)
class Interaction:
    """A contact with staff."""

    key: str
    kind: str
    occurred_at: str
    record: str | None = None
    stream: str | None = None
    own_stream: str | None = None
    updated_at: str | None = None
    closed_at: str | None = None
    channel: str | None = None
    status: str | None = None
    priority: str | None = None
    subject: str | None = None
    staff: str | None = None
    when: str = "true"


@dataclass(frozen=True)
class Feedback:
    """An answered survey."""

    key: str
    answered_at: str
    record: str | None = None
    stream: str | None = None
    own_stream: str | None = None
    nps: str | None = None
    csat: str | None = None
    comment: str | None = None
    when: str = "true"


@dataclass(frozen=True)
class Consent:
    """What a person allows or refuses. `value` is read by transforms/consents; `asks_refusal` says that a yes refuses
    (an opt-out)."""

    record: str
    channel: str
    value: str
    stated_at: str | None = None
    stream: str | None = None
    purpose: str = "'marketing'"
    asks_refusal: bool = False
    when: str = "true"


@dataclass(frozen=True)
class Stream:
    """One kind of file of one system, and everything its rows tell. `files` is a pattern relative to the inbox, in
    which `{source}` is the source's name; `member` is a pattern inside a zip archive; `date_order` is how the system
    writes dates that could be read two ways, if it is known; `drop` are names of columns that hold secrets, and
    patterns of them, that are not taken in; `pull` brings the files from the system's API."""

    name: str
    files: str
    format: Format
    member: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    drop: tuple[str, ...] = ()
    record: Record | None = None
    identifiers: tuple[Identifier, ...] = ()
    event: Event | None = None
    purchase: Purchase | None = None
    purchase_line: PurchaseLine | None = None
    interaction: Interaction | None = None
    feedback: Feedback | None = None
    consents: tuple[Consent, ...] = ()
    pull: Pull | None = None

    @property
    def mappings(self) -> tuple[object, ...]:
        """Every mapping the stream has."""
        single = (self.record, self.event, self.purchase, self.purchase_line, self.interaction, self.feedback)
        return (*(mapping for mapping in single if mapping), *self.identifiers, *self.consents)


@dataclass(frozen=True)
class Connector:
    """A source system: its channel (website, app, social, crm, store, service, feedback) and its streams. `drop` is
    what is not taken in of any of them."""

    name: str
    channel: str
    streams: tuple[Stream, ...]
    about: str = ""
    drop: tuple[str, ...] = SECRETS


# Fields that say something about the mapping and are not expressions over raw columns.
NOT_EXPRESSIONS = {"stream", "own_stream", "versions", "namespace", "asks_refusal"}


def expressions(mapping: object) -> dict[str, str]:
    """Field → SQL expression of one mapping; the lists `emails` and `phones` are numbered email_1, email_2, …"""
    found: dict[str, str] = {}
    for item in fields(mapping):  # type: ignore[arg-type]
        value = getattr(mapping, item.name)
        if item.name in NOT_EXPRESSIONS or value is None:
            continue
        if isinstance(value, tuple):
            found |= {f"{item.name.removesuffix('s')}_{i}": each for i, each in enumerate(value, start=1)}
        else:
            found[item.name] = value
    return found
