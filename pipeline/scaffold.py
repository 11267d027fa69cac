"""The start of a connector: its file, its test's deliveries, and the entries that make both known.

In: the checkout, the connector's name and channel. Out: the paths written. What is generated is a working connector of
one stream of JSON lines, passes lint, types and its test, and says in capitals what is to be replaced.
"""

import re
from pathlib import Path

CHANNELS = ("website", "app", "social", "crm", "store", "service", "feedback")
REGISTRY = Path("connectors/registry.py")
CASES = Path("tests/spec/connectors/test_standard_rows.py")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")

_CONNECTOR = '''"""NAME: WHAT THE SYSTEM IS AND WHAT DELIVERS THE FILES, in one line.

What it offers: WHICH OBJECTS, IN WHICH FILES, in what format and encoding; what is left out and why.
Key: WHAT NAMES A RECORD; whether it is stable. Watermark: WHICH FIELD TELLS WHAT IS NEW, and whether deletions show.
Identifiers: WHICH VALUES POINT AT A PERSON, and who gives them out (`issuer`).
Consent: WHICH FIELDS ALLOW OR REFUSE WHAT, or none.
Follows: THE DOCUMENTATION OR EXPORT THIS IS MADE FROM, with its version or date.
Unconfirmed: WHAT WAS NOT SEEN IN A REAL DELIVERY.
"""

from connectors.files.reading import Ndjson
from connectors.stream import Connector, Identifier, Record, Stream

_KEY = '"id"'

CUSTOMERS = Stream(
    name="customers",
    files="{channel}/{name}/customers-*.ndjson*",
    format=Ndjson(),
    record=Record(
        key=_KEY,
        updated_at='"updated_at"',
        full_name='"name"',
        emails=('"email"',),
        phones=('"phone"',),
    ),
    identifiers=(
        Identifier("{name}_customer", _KEY, record=_KEY, issuer="{{source}}", seen_at='"updated_at"'),
    ),
)  # fmt: skip

CONNECTOR = Connector("{name}", "{channel}", (CUSTOMERS,), about=__doc__)
'''

_DELIVERY = '''"""{name}: WHAT IS PECULIAR ABOUT ITS FILES, in a line."""

from tests.spec.connectors.deliveries.writing import lines

SETTINGS = {{"country": "US"}}
FILES = {{
    "{channel}/{name}/customers-2026-03-18.ndjson": lines(
        {{
            **{{"id": "7", "name": "Ann Lee", "email": "Ann@X.com", "phone": "(415) 555-2671"}},
            "updated_at": "2026-03-01T08:00:00Z",
        }}
    )
}}
ROWS = {{
    "record": """
        | key | full_name | email     | phone        | updated_at          |
        | 7   | Ann Lee   | ann@x.com | +14155552671 | 2026-03-01 08:00:00 |
    """,
    "identifier": """
        | key | namespace | issuer | value        | seen_first          |
        | 7   | email     |        | ann@x.com    | 2026-03-01 08:00:00 |
        | 7   | phone     |        | +14155552671 | 2026-03-01 08:00:00 |
        | 7   | {name}_customer | {name} | 7 | 2026-03-01 08:00:00 |
    """,
}}
'''


class ScaffoldError(ValueError):
    """A connector cannot be started; the text says what to change."""


def start_connector(root: Path, name: str, channel: str = "store") -> list[Path]:
    """Write the connector, its deliveries and its entries; nothing is written when it exists."""
    if not _NAME.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no name for a connector: lower-case letters, digits and underscores")
    if channel not in CHANNELS:
        raise ScaffoldError(f"no channel is called {channel!r}; there are {', '.join(CHANNELS)}")
    connector = root / "connectors" / "sources" / f"{name}.py"
    deliveries = root / "tests" / "spec" / "connectors" / "deliveries" / f"{name}.py"
    for path in (connector, deliveries):
        if path.exists():
            raise ScaffoldError(f"{path} exists already")
    registry, cases = root / REGISTRY, root / CASES
    changed = {registry: _registered(registry, name), cases: _shown(cases, name)}
    connector.write_text(_CONNECTOR.replace("NAME: ", f"{name}: ").format(name=name, channel=channel), encoding="utf-8")
    deliveries.write_text(_DELIVERY.format(name=name, channel=channel), encoding="utf-8")
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    return [connector, deliveries, registry, cases]


def _registered(path: Path, name: str) -> str:
    """The registry with an import and an entry more."""
    text = path.read_text(encoding="utf-8")
    text = _inserted(path, text, r"(?<=from connectors\.sources import \(\n)((?:    \w+,\n)+)(?=\))", f"    {name},\n")
    entries = r'(?<=CONNECTORS: dict\[str, Connector\] = \{\n)((?:    "\w+": \w+\.CONNECTOR,\n)+)(?=\})'
    return _inserted(path, text, entries, f'    "{name}": {name}.CONNECTOR,\n')


def _shown(path: Path, name: str) -> str:
    """The test's table of systems with one more."""
    text = path.read_text(encoding="utf-8")
    imports = r"(?<=from tests\.spec\.connectors\.deliveries import \(\n)((?:    \w+,\n)+)(?=\))"
    text = _inserted(path, text, imports, f"    {name},\n")
    return _inserted(path, text, r"(?<=for module in \(\n)((?:        \w+,\n)+)(?=    \))", f"        {name},\n")


def _inserted(path: Path, text: str, block: str, line: str) -> str:
    """The text with a line more in a sorted block."""
    found = re.search(block, text)
    if not found:
        raise ScaffoldError(f"{path} is not written as expected: enter {line.strip()} by hand, or mend this command")
    lines = sorted({*found[1].splitlines(keepends=True), line}, key=lambda each: each.strip().strip('",').split('"')[0])
    return text[: found.start(1)] + "".join(lines) + text[found.end(1) :]
