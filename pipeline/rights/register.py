"""The register of processing, from the configuration (GDPR Article 30; PIPL Articles 55 and 56 ask for the same facts).

In: sources with their connectors, segments, retention, key and roles. Out: Markdown. Nothing of a person is in it, and
the warehouse is not opened. What a configuration cannot know (who you are, contracts, transfers) comes from [register]
in rights.toml, or is marked as to be filled in.
"""

from collections.abc import Iterator

from connectors.registry import connector
from connectors.stream import Stream, expressions
from pipeline.config import Config
from pipeline.rights.settings import Rights, read_rights
from pipeline.sources import SourceStream, source_streams
from warehouse.segments.definition import Segment, read_segments

_TITLES = ("controller", "contact", "representative", "transfers")
_OPEN = "**to be filled in** (`[register]` in rights.toml)"
_FIELDS = {
    "full_name": "name", "given_name": "name", "family_name": "name", "gender": "gender", "birth_date": "birth date",
    "email": "e-mail", "phone": "phone", "address": "address", "city": "address", "region": "address",
    "district": "address", "postcode": "address", "country": "country", "company": "employer",
    "national_id": "identity number", "language": "language",
}  # fmt: skip
# Sensitive under PIPL Article 28 in the hands of a shop: identity numbers; minors' data are so by age.
_SENSITIVE = {"identity number"}
_HAPPENINGS = {
    "event": "visits", "purchase": "orders", "interaction": "contacts with staff", "feedback": "answers to surveys",
}  # fmt: skip
_KEPT = (
    ("raw", "raw rows, as delivered"), ("archive", "delivered files"), ("standard.event", "visits"),
    ("standard.purchase", "orders"), ("standard.interaction", "contacts"), ("standard.feedback", "answers"),
    ("extracts", "extract files"), ("ops.run", "records of runs"), ("ops.quality_result", "results of checks"),
)  # fmt: skip


def describe_processing(config: Config) -> str:
    """The page."""
    rights = read_rights(config)
    streams = list(source_streams(config))
    segments = list(read_segments(config.segment_settings).values()) if config.segment_settings.exists() else []
    parts = (
        _about(rights), _sources(streams), _purposes(segments), _retention(rights), _security(config), _people(rights)
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part)


def _about(rights: Rights) -> Iterator[str]:
    yield "# Register of processing · 个人信息处理活动记录"
    yield ""
    yield "Made from the configuration by `guiyi register`; change that, not this page. GDPR Article 30(1), PIPL"
    yield "Articles 55 and 56."
    yield ""
    yield "| | |"
    yield "|---|---|"
    for title in _TITLES:
        yield f"| {title} | {_cell(rights.register.get(title) or _OPEN)} |"
    for title, text in rights.register.items():
        if title not in _TITLES:
            yield f"| {_cell(title)} | {_cell(text)} |"
    yield "| people concerned | customers, prospects and visitors of the sources below |"
    yield ""


def _sources(streams: list[SourceStream]) -> Iterator[str]:
    yield "## Where data come from · 来源"
    yield ""
    yield "| source | system | data about people | identifiers | consent read |"
    yield "|---|---|---|---|---|"
    for name in dict.fromkeys(each.source.name for each in streams):
        own = [each for each in streams if each.source.name == name]
        system = connector(own[0].source.connector).about.strip().split("\n")[0] if own[0].source.connector else "own"
        categories = sorted({category for each in own for category in _categories(each.stream)})
        marked = [f"**{each}** (sensitive)" if each in _SENSITIVE else each for each in categories]
        namespaces = sorted({identifier.namespace for each in own for identifier in each.stream.identifiers})
        consent = "yes" if any(each.stream.consents for each in own) else "no"
        cells = (name, system, ", ".join(marked), ", ".join(namespaces), consent)
        yield "| " + " | ".join(_cell(cell) or "–" for cell in cells) + " |"
    yield ""


def _categories(stream: Stream) -> Iterator[str]:
    if stream.record:
        for field in expressions(stream.record):
            plain = field.rstrip("0123456789").rstrip("_") if field.startswith(("email", "phone")) else field
            if plain in _FIELDS:
                yield _FIELDS[plain]
    for kind, name in _HAPPENINGS.items():
        if getattr(stream, kind):
            yield name
    if stream.event and stream.event.ip:
        yield "network address"


def _purposes(segments: list[Segment]) -> Iterator[str]:
    yield "## What for, and who receives what · 目的与接收方"
    yield ""
    yield "One record per customer, and statistics about them, are made for everybody; the basis of that is yours to"
    yield "name (GDPR Article 6, PIPL Article 13). Extracts hold nobody without consent for purpose and channel."
    yield ""
    yield "| segment | purpose | channel | recipient | columns | owner | cadence |"
    yield "|---|---|---|---|---|---|---|"
    for each in segments:
        recipient = _RECIPIENTS.get(each.format, f"a file ({each.format}) for the owner's tool")
        cells = (each.title or each.name, each.purpose, each.channel, recipient, ", ".join(each.columns), each.owner,
                 each.cadence)  # fmt: skip
        yield "| " + " | ".join(_cell(cell) or "–" for cell in cells) + " |"
    yield ""


_RECIPIENTS = {
    "meta": "Meta (hashed customer list)",
    "google": "Google (hashed customer list)",
    "tencent": "Tencent Ads (hashed customer list)",
    "wecom": "WeCom (tags)",
}


def _retention(rights: Rights) -> Iterator[str]:
    yield "## How long · 保存期限"
    yield ""
    yield "| what | days |"
    yield "|---|---|"
    for name, title in _KEPT:
        days = rights.retention.get(name)
        yield f"| {title} (`{name}`) | {f'{days:,}' if days else 'no limit configured'} |"
    for name, days in rights.retention.items():
        if name not in dict(_KEPT):
            yield f"| `{_cell(name)}` | {days:,} |"
    yield ""


def _security(config: Config) -> Iterator[str]:
    yield "## Security · 安全措施"
    yield ""
    sealed = "encrypted (AES-256)" if config.key else "not encrypted: no key is configured"
    yield f"- Warehouse, archive, full snapshot and extracts at rest: {sealed}."
    yield "- Analysts' snapshot: pseudonymised, joined by keyed hashes."
    roles = "by role (access.toml)" if config.access_settings.exists() else "everybody may use every command"
    yield f"- Commands and columns: {roles}."
    yield "- Every extract, export, erasure and decision is a row of `ops.audit`, chained by hashes."
    yield "- No value of a person stands in a log or an error text."
    yield ""


def _people(rights: Rights) -> Iterator[str]:
    yield "## People's rights · 个人权利"
    yield ""
    yield "- Access, copy, portability: `guiyi export`. Erasure: `guiyi erase`. Objection: `guiyi suppress`."
    yield f"- People younger than {rights.minimum_age} are in no extract."
    orders = "kept without the person" if rights.keep_orders else "erased with the person"
    yield f"- Orders of an erased person are {orders}."
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
