"""Sources that need no code: a stream described in the configuration file.

In: the TOML table `[source.<name>.stream.<stream>]`. Out: the same Stream a connector would give. Keys:
`files`, `member`, `date_order`, `drop`, `format` (ndjson, csv, pages, lines, parquet, json, xlsx), the format's own
settings (the fields of its class: `encoding`, `delimiter`, `header_rows`, `names`, `path`, `pattern`, `sheet`, …), and
one table per mapping (`record`, `event`, `purchase`, `purchase_line`, `interaction`, `feedback`; lists of tables for
`identifier` and `consent`) whose values are SQL expressions over the raw columns.
"""

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import duckdb

from connectors.columns import fill, raw_columns
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.encoding import UnknownEncoding, check_encoding
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Json, Ndjson
from connectors.files.workbook import Workbook
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
    expressions,
)

FORMATS: dict[str, Callable[..., Format]] = {
    "ndjson": Ndjson,
    "csv": Delimited,
    "pages": Pages,
    "lines": Patterned,
    "parquet": Columnar,
    "json": Json,
    "xlsx": Workbook,
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
# Keys that say something about the stream itself.
OWN = ("files", "member", "date_order", "drop")
_KINDS = {str: "text", int: "a whole number", bool: "true or false"}


class DeclarationError(ValueError):
    """A stream described in the configuration cannot be used; the text names the key."""


def declared_stream(source: str, name: str, entry: dict[str, Any]) -> Stream:
    """The stream of one configuration table."""
    where = f"[source.{source}.stream.{name}]"
    if not isinstance(entry, dict):
        raise DeclarationError(f"{where} must be a table of keys")
    line = entry.get("purchase_line")
    if isinstance(line, dict) and "purchase" not in entry and "stream" not in line:
        raise DeclarationError(
            f"{where} has a purchase_line but no purchase that it belongs to: give the stream one, or name in its "
            "`stream` the stream whose orders these lines are of"
        )
    if isinstance(line, dict) and "purchase" in entry and "stream" in line:
        raise DeclarationError(f"{where}.purchase_line is of the stream's own purchase: it names no other `stream`")
    rest = dict(entry)
    if not rest.get("files") or rest.get("format") not in FORMATS:
        raise DeclarationError(f"{where} needs `files` (a pattern) and `format` (one of {', '.join(FORMATS)})")
    shape = FORMATS[rest.pop("format")]
    hints = get_type_hints(Stream)
    own = {key: _checked(rest.pop(key), hints[key], f"{where} {key}") for key in OWN if key in rest}
    single = {key: _built(SINGLE[key], rest.pop(key), f"{where}.{key}") for key in SINGLE if key in rest}
    repeated = {key: _listed(REPEATED[key], rest.pop(key, []), where, key) for key in REPEATED}
    stream = Stream(
        name=name,
        format=_built(shape, rest, where),
        identifiers=repeated["identifier"],
        consents=repeated["consent"],
        **own,
        **single,
    )
    _check_pattern(stream, where)
    _check_format(stream.format, where)
    _check_expressions(stream, where)
    return stream


def _listed(kind: Callable[..., Any], entries: Any, where: str, key: str) -> tuple[Any, ...]:
    if not isinstance(entries, list):
        raise DeclarationError(f"{where}: write [[source.….{key}]] with two brackets, once per entry")
    return tuple(_built(kind, each, f"{where}.{key}") for each in entries)


def _built(kind: Callable[..., Any], values: Any, where: str) -> Any:
    """An instance of a dataclass from TOML values; DeclarationError on unknown or missing keys and wrong values."""
    if not isinstance(values, dict):
        raise DeclarationError(f"{where} must be a table of keys")
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - set(known):
        raise DeclarationError(f"{where} does not know {sorted(unknown)}; it knows {sorted(known)}")
    required = {name for name, item in known.items() if item.default is MISSING and item.default_factory is MISSING}
    if missing := required - set(values):
        raise DeclarationError(f"{where} lacks {sorted(missing)}")
    hints = get_type_hints(kind)
    return kind(**{key: _checked(value, hints[key], f"{where} {key}") for key, value in values.items()})


def _checked(value: Any, hint: Any, where: str) -> Any:
    """The value, lists as tuples, if it is of the kind its field's type hint asks for."""
    options = (
        [each for each in get_args(hint) if each is not NoneType] if get_origin(hint) in (Union, UnionType) else [hint]
    )
    wanted = options[0]
    if type(value) in options:
        return value
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            raise DeclarationError(f"{where} must be one of {', '.join(get_args(wanted))}")
    elif get_origin(wanted) is tuple:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise DeclarationError(f"{where} must be a list of texts")
        return tuple(value)
    else:
        raise DeclarationError(f"{where} must be {' or '.join(_KINDS[each] for each in options)}")
    return value


def _check_pattern(stream: Stream, where: str) -> None:
    if isinstance(stream.format, Patterned):
        try:
            groups = stream.format.groups
        except re.error as error:
            raise DeclarationError(f"{where} pattern is no regular expression: {error}") from None
        if not groups:
            raise DeclarationError(f"{where} pattern has no named group (?P<name>…), so there would be no column")


def _check_expressions(stream: Stream, where: str) -> None:
    """Every expression must be SQL, to DuckDB too: better said now than in the middle of a run."""
    raw_columns(stream)
    for mapping in stream.mappings:
        for field, expression in expressions(mapping).items():
            try:
                duckdb.extract_statements(f"select ({fill(expression, issuer='', source='')})")
            except duckdb.Error:
                raise DeclarationError(
                    f"{where} {field}: not a SQL expression: {expression}; a column called like a word of SQL, or with "
                    "blanks in its name, needs double quotes: '\"order\"'"
                ) from None


def _check_format(shape: Format, where: str) -> None:
    """DeclarationError for settings that no file could be read with."""
    try:
        check_encoding(getattr(shape, "encoding", "utf-8"))
    except UnknownEncoding as error:
        raise DeclarationError(f"{where} encoding: {error}") from None
    for key in ("header_rows", "skip_rows"):
        if getattr(shape, key, 0) < 0:
            raise DeclarationError(f"{where} {key} must not be negative")
    if isinstance(shape, Delimited):
        cuts = len(shape.delimiter) == 1 and shape.delimiter != '"' if shape.quoting else shape.delimiter
        if not cuts or shape.delimiter in ("\r", "\n"):
            raise DeclarationError(f"{where} delimiter must be one character (several are possible without quoting)")
