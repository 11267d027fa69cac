"""How every column of the published tables appears in the analysts' snapshot, customers.duckdb.

In: a column's name, or schema.table.column where one table differs. Out: its treatment (`Treatment` says what each
does). A text or nested column that is not listed is hashed, or left empty when it is nested, and a test fails until it
is: add it to the group that fits. Numbers, times and truth values stay as they are unless they are listed.
"""

from enum import Enum


class Treatment(Enum):
    """What becomes of a value; the text is what the column's comment then says."""

    KEEP = ""
    HASH = "keyed hash: the same value has the same hash in every table"
    NAME = "masked: the first character"
    HIDE = "masked: whether there is one"
    EMAIL = "masked: first character, and the domain where enough people share it"
    PHONE = "masked: the middle digits"
    YEAR = "the year alone"
    PREFIX = "the first three characters"
    URL = "without query string; without path where that could tell who it was"
    DROP = "left empty"


# Who or what device it is, free text about people, and what is rare enough to tell a person by.
DIRECT: dict[Treatment, tuple[str, ...]] = {
    Treatment.NAME: ("full_name", "family_name"),
    Treatment.HIDE: ("given_name", "name_pinyin"),
    Treatment.EMAIL: ("email",),
    Treatment.PHONE: ("phone",),
    Treatment.YEAR: ("birth_date",),
    Treatment.PREFIX: ("postcode",),
    Treatment.URL: ("url", "referrer", "landing_url", "exit_url"),
    Treatment.DROP: ("address", "comment", "subject", "properties"),
    Treatment.HASH: (
        *("record_id", "source_record_id", "wechat_unionid", "wechat_openid", "national_id", "company", "order_number"),
        *("anonymous_id", "ip", "staff"),
        # Plain hashes of the source's own numbers, which whoever counts through the numbers finds again.
        *("purchase_id", "interaction_id", "feedback_id"),
        # A touch is an order, a ticket, an answer or a session, whose ids join.
        *("touchpoint_id", "session_id"),
        *("customer.identifier.value", "customer.contact.value", "source_session_id"),
    ),
}

# Ids of the pipeline's own, and words of a known list.
KEPT = frozenset(
    {
        # ids
        *("customer_id", "other_customer_id", "old_customer_id", "merged_into", "drawn_by", "event_id"),
        *("model_id", "run_id", "epoch"),
        # systems, and kinds of things
        *("source", "stream", "sources", "namespace", "anonymous_namespace", "issuer", "kind", "field", "columns"),
        *("rule", "reason", "reasons", "status", "event", "change", "segment", "channel", "channels", "purpose"),
        *("event_type", "event_name", "campaign", "browser", "os", "device", "touchpoint", "model", "step"),
        # about people, in groups of many
        *("name_script", "gender", "country", "region", "city", "district", "language", "age_band"),
        # shopping
        *("currency", "payment_method", "sku", "product", "product_name", "category", "other_product", "other_name"),
        *("because", "priority"),
        # marts
        *("rfm_segment", "lifecycle_stage", "stage", "from_stage", "to_stage", "nps_group", "churn_risk", "risk_band"),
        *("value_band", "gap_source", "path", "purchase", "spending_reason", "holdout_reason"),
        *("marketing_email", "marketing_sms", "marketing_phone", "marketing_wechat"),
    }
)

_TREATMENTS = {name: treatment for treatment, names in DIRECT.items() for name in names}
_NESTED = ("[]", "STRUCT", "MAP", "UNION", "JSON", "VARIANT")
_TEXT = ("VARCHAR", "BLOB", "BIT", "UUID")


def treatment_of(table: str, column: str, kind: str) -> Treatment:
    """The treatment of a column of `schema.table` with DuckDB's type `kind`."""
    known = declared_treatment(table, column)
    if known is not None:
        return known
    if any(mark in kind for mark in _NESTED):
        return Treatment.DROP
    return Treatment.HASH if kind.startswith((*_TEXT, "ENUM")) else Treatment.KEEP


def declared_treatment(table: str, column: str) -> Treatment | None:
    """What the lists above say; None for a column they do not know."""
    for name in (f"{table}.{column}", column):
        if name in _TREATMENTS:
            return _TREATMENTS[name]
        if name in KEPT:
            return Treatment.KEEP
    return None


def needs_declaration(kind: str) -> bool:
    """Whether a column of this type could hold a value of a person and must be listed."""
    return any(mark in kind for mark in _NESTED) or kind.startswith((*_TEXT, "ENUM"))
