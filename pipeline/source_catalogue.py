"""docs/sources.md: what every connector reads and what comes of it, from the connectors themselves.

In: the registry. Out: Markdown. Nothing is written there by hand: change a docstring, a stream or a mapping instead.
"""

import re

from connectors.api.system import Pull
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Json, Ndjson
from connectors.files.workbook import Workbook
from connectors.registry import CONNECTORS
from connectors.stream import Connector, Stream

_ABOUT = """\
# Sources

What the connectors read, and what comes of it. This page is made from them by `make docs`; how to configure a source
or add one is told in [CONTRIBUTING](../CONTRIBUTING.md#add-a-source).

File patterns are relative to the inbox; files may be compressed. An identifier is shown as its namespace and who gave
it out: `{issuer}` is the `issuer` of the source's configuration, `{source}` the source itself.
"""


def describe_sources(connectors: dict[str, Connector] | None = None) -> str:
    """The page."""
    chosen = connectors or CONNECTORS
    return "\n".join([_ABOUT, _contents(chosen), *(_section(chosen[name]) for name in sorted(chosen))])


def _contents(connectors: dict[str, Connector]) -> str:
    rows = [
        f"| [{name}](#{name}) | {each.channel} | {_title(each)} | {len(each.streams)} |{_api_mark(each)}"
        for name, each in sorted(connectors.items(), key=lambda pair: (pair[1].channel, pair[0]))
    ]
    return "\n".join(["| connector | channel | what | streams | API |", "|---|---|---|---|---|", *rows, ""])


def _api_mark(connector: Connector) -> str:
    return " yes |" if any(each.pull for each in connector.streams) else " |"


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
    return "\n".join([f"## {connector.name}", "", f"Channel: {connector.channel}.", "", _prose(connector.about), "",
                      *table, ""])  # fmt: skip


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
    parts = [name for name, mapping in made.items() if mapping]
    if stream.record and stream.record.stream not in (None, stream.name):
        parts[0] += f" of {stream.record.stream}"
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
