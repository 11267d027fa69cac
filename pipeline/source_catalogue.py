"""docs/sources.md: what every connector reads and what comes of it, from the connectors themselves.

In: the registry. Out: Markdown. Nothing is written there by hand: change a docstring, a stream or a mapping instead.
"""

import json
import re
from collections.abc import Mapping

from connectors.api.system import Api, Pull
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Json, Ndjson
from connectors.files.workbook import Workbook
from connectors.registry import CONNECTORS
from connectors.secrets import SECRETS
from connectors.stream import Connector, Stream

_ABOUT = """\
# Sources

What the connectors read, and what comes of it. This page is made from them by `make docs`; how to configure a source
or add one is told in [CONTRIBUTING](../CONTRIBUTING.md#add-a-source).

File patterns are relative to the inbox; files may be compressed. An identifier is shown as its namespace and who gave
it out: `{issuer}` is the `issuer` of the source's configuration, `{source}` the source itself. "purchases of orders"
are versions of the purchases of the stream `orders`: what two streams tell of one order is one row. A tracker's
purchases and the shop's own are those of two sources and count as two: `leave_out = ["purchase"]` in the tracker's
table leaves them to the shop.

Columns with the names of secrets are not taken into raw tables (the archive keeps the delivered bytes as they are):
%s. What a system has besides is named in its section; `drop = ["card_*"]` in a source's table adds to them.
"""
_APIS = """\
## Credentials and options of the APIs

`credentials = "env:PREFIX"` in `[source.NAME.api]` means environment variables: the prefix and the names below, as
PREFIX_CLIENT_ID. `credentials = "airflow:connection_id"` means Airflow's connection of that id: its extra fields by
these names in lower case; login and password may stand for the first two. `[source.NAME.api]` also takes `base_url`,
`streams`, `overlap_minutes` (10) and the options below.

| connector | base_url | credentials | options |
|---|---|---|---|
"""


def describe_sources(connectors: dict[str, Connector] | None = None) -> str:
    """The page."""
    chosen = connectors or CONNECTORS
    about = _ABOUT % ", ".join(_code(each) for each in SECRETS)
    sections = (_section(chosen[name]) for name in sorted(chosen))
    return "\n".join([about, _contents(chosen), _apis(chosen), *sections])


def _contents(connectors: dict[str, Connector]) -> str:
    rows = [
        f"| [{name}](#{name}) | {each.channel} | {_title(each)} | {len(each.streams)} |{_api_mark(each)}"
        for name, each in sorted(connectors.items(), key=lambda pair: (pair[1].channel, pair[0]))
    ]
    return "\n".join(["| connector | channel | what | streams | API |", "|---|---|---|---|---|", *rows, ""])


def _apis(connectors: dict[str, Connector]) -> str:
    """What each API asks for."""
    found = {name: api for name, each in sorted(connectors.items()) if (api := _api_of(each))}
    rows = [
        f"| [{name}](#{name}) | {_code(api.base_url) if api.base_url else 'to be given'} "
        f"| {', '.join(_code(each.upper()) for each in api.secrets)} | {_options(api.options)} |"
        for name, api in found.items()
    ]
    return _APIS + "\n".join([*rows, ""])


def _api_of(connector: Connector) -> Api | None:
    return next((each.pull.api for each in connector.streams if each.pull), None)


def _options(options: Mapping[str, object]) -> str:
    """The system's own keys with their defaults, as TOML has them."""
    told = []
    for name, default in options.items():
        text = str(default).lower() if isinstance(default, bool) else json.dumps(default, default=str)
        told.append(f"{_code(name)} (to be given)" if isinstance(default, type) else _code(f"{name} = {text}"))
    return ", ".join(told)


def _api_mark(connector: Connector) -> str:
    return " yes |" if _api_of(connector) else " |"


def _title(connector: Connector) -> str:
    """The docstring's first sentence."""
    first = connector.about.strip().split("\n\n")[0].replace("\n", " ")
    return _cell(first.rstrip("."))


def _section(connector: Connector) -> str:
    rows = [
        f"| {each.name} | {_files(each)} | {_format(each.format)} | {_outcome(each)} | {_identifiers(each)} "
        f"| {_consents(each)} |"
        for each in connector.streams
    ]
    table = [
        "| stream | files | format | what comes of it | identifiers | consent |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    own = [each for each in connector.drop if each not in SECRETS]
    secrets = [f"Not taken in, as secrets: {', '.join(_code(each) for each in own)}.", ""] if own else []
    return "\n".join([f"## {connector.name}", "", f"Channel: {connector.channel}.", "", _prose(connector.about), "",
                      *secrets, *table, ""])  # fmt: skip


def _prose(about: str) -> str:
    """A docstring as paragraphs; its lines that begin anew (`Key: …`) do so here."""
    return re.sub(r"(?<!\n)\n(?=[A-Z][A-Za-z ]{2,30}:)", "\n\n", _plain(about.strip()))


def _plain(text: str) -> str:
    """Asterisks and brackets outside of code are no markup."""
    parts = text.split("`")
    return "`".join(part if i % 2 else re.sub(r"([*<])", r"\\\1", part) for i, part in enumerate(parts))


def _files(stream: Stream) -> str:
    member = f" with {_code(stream.member)}" if stream.member else ""
    return _code(stream.files) + member + (_pull(stream.pull) if stream.pull else "")


def _pull(pull: Pull) -> str:
    return f", pulled from the {pull.api.name} API"


def _format(shape: Format) -> str:
    """The format in words, with what differs from its defaults."""
    match shape:
        case Delimited():
            named = {",": "CSV", "\t": "TSV"}.get(shape.delimiter, f"text parted by {_code(shape.delimiter)}")
            rows = {0: ", no header", 1: ""}.get(shape.header_rows, f", {shape.header_rows} header rows")
            return named + rows + _encoding(shape.encoding)
        case Ndjson():
            return "NDJSON" + _encoding(shape.encoding)
        case Pages():
            what = "one record" if shape.single else "records"
            return f"JSON, {what} at {_code(shape.path)}" + _encoding(shape.encoding)
        case Json():
            return "JSON" + _encoding(shape.encoding)
        case Patterned():
            return "lines of a pattern" + _encoding(shape.encoding)
        case Columnar():
            return "Parquet"
        case Workbook():
            return "workbook"


def _encoding(name: str) -> str:
    return "" if name == "utf-8" else f", {name}"


def _outcome(stream: Stream) -> str:
    """The mappings a stream has; a record that belongs to another stream's is said to."""
    made = {
        "record": stream.record,
        "events": stream.event,
        "purchases": stream.purchase,
        "purchase lines": stream.purchase_line,
        "interactions": stream.interaction,
        "feedback": stream.feedback,
    }
    own = {name: getattr(mapping, "own_stream", None) for name, mapping in made.items() if mapping}
    if stream.record:
        own["record"] = stream.record.stream
    if stream.purchase_line and not stream.purchase:
        own["purchase lines"] = stream.purchase_line.stream
    parts = [name if shared in (None, stream.name) else f"{name} of {shared}" for name, shared in own.items()]
    if stream.record and stream.record.versions == "patch":
        parts[0] += " (patches)"
    return ", ".join(parts) or ("identifiers" if stream.identifiers else "raw rows")


def _identifiers(stream: Stream) -> str:
    found = [f"{_cell(each.namespace)} ({_issuer(each.issuer)})" for each in stream.identifiers]
    contacts = stream.record
    if contacts:
        found += ["email"] * bool(contacts.emails) + ["phone"] * bool(contacts.phones)
        found += ["national_id"] * bool(contacts.national_id)
    return ", ".join(dict.fromkeys(found))


def _issuer(expression: str) -> str:
    """Who gave an identifier out: a placeholder, a name, everybody, or told by the row."""
    if expression in ("{issuer}", "{source}"):
        return f"`{expression}`"
    if re.fullmatch(r"'[^']*'", expression):
        return f"`{expression.strip(chr(39))}`" if expression != "''" else "one for all"
    return "told by the row"


def _consents(stream: Stream) -> str:
    stated = [f"{_said(each.channel)} for {_said(each.purpose)}" for each in stream.consents]
    return _cell(", ".join(dict.fromkeys(stated)))


def _said(expression: str) -> str:
    """A quoted text, or that every row tells."""
    return expression.strip("'") if re.fullmatch(r"'[^']*'", expression) else "what the row tells"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def _cell(text: str) -> str:
    """Text in a table."""
    return _plain(text.replace("|", "\\|"))
