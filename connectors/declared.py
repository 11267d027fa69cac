"""Sources that need no code: a stream described in the configuration file.

In: the TOML table `[source.<name>.stream.<stream>]`. Out: the same Stream a connector would give. Keys:
`files`, `member`, `date_order`, `format` (ndjson, csv, pages, parquet, lines), the format's own settings (`encoding`,
`delimiter`, `header_rows`, `path`, `error_code`, `pattern`), and one table per mapping (`record`, `event`, `purchase`,
`purchase_line`, `interaction`, `feedback`; lists of tables for `identifier` and `consent`) whose values are SQL
expressions over the raw columns.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from connectors.columns import raw_columns
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Ndjson
from connectors.stream import (
    Consent,
    Event,
    Feedback,
    Identifier,
    Interaction,
    Purchase,
    PurchaseLine,
    Record,
    Stream,
)

FORMATS: dict[str, Callable[..., Format]] = {
    "ndjson": Ndjson,
    "csv": Delimited,
    "pages": Pages,
    "lines": Patterned,
    "parquet": Columnar,
}
SINGLE = {
    "record": Record,
    "event": Event,
    "purchase": Purchase,
    "purchase_line": PurchaseLine,
    "interaction": Interaction,
    "feedback": Feedback,
}
REPEATED = {"identifier": Identifier, "consent": Consent}


class DeclarationError(ValueError):
    """A stream described in the configuration cannot be used; the text names the key."""


def declared_stream(source: str, name: str, entry: dict[str, Any]) -> Stream:
    """The stream of one configuration table."""
    where, rest = f"[source.{source}.stream.{name}]", dict(entry)
    files, kind = rest.pop("files", None), rest.pop("format", None)
    member, date_order = rest.pop("member", None), rest.pop("date_order", None)
    if not files or kind not in FORMATS:
        raise DeclarationError(f"{where} needs `files` (a pattern) and `format` (one of {', '.join(FORMATS)})")
    single = {key: _built(SINGLE[key], rest.pop(key), f"{where}.{key}") for key in SINGLE if key in rest}
    repeated = {
        key: tuple(_built(REPEATED[key], each, f"{where}.{key}") for each in rest.pop(key, [])) for key in REPEATED
    }
    stream = Stream(
        name=name,
        files=files,
        member=member,
        date_order=date_order,
        format=_built(FORMATS[kind], rest, where),
        identifiers=repeated["identifier"],
        consents=repeated["consent"],
        **single,
    )
    raw_columns(stream)  # every expression must be SQL: better said now than in the middle of a run
    return stream


def _built(kind: Callable[..., Any], values: dict[str, Any], where: str) -> Any:
    """An instance of a dataclass from TOML values; DeclarationError on unknown or missing keys."""
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - set(known):
        raise DeclarationError(f"{where} does not know {sorted(unknown)}; it knows {sorted(known)}")
    required = {name for name, item in known.items() if item.default is MISSING and item.default_factory is MISSING}
    if missing := required - set(values):
        raise DeclarationError(f"{where} lacks {sorted(missing)}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
