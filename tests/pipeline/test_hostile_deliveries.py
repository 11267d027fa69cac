"""Thousands of spoilt deliveries of every connector and format: no run ends early, no row goes missing, nothing leaks.

The suite takes a share of them; `GUIYI_FUZZ=2000 pytest tests/pipeline/test_hostile_deliveries.py` takes as many as it
says. File number n is the same in every run: a failure names the numbers, `spoilt(n)` gives the file.
"""

import gzip
import importlib
import io
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import pytest
import python_calamine

from connectors.declared import declared_stream
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Ndjson
from connectors.files.workbook import Workbook
from connectors.registry import CONNECTORS
from connectors.stream import Stream
from pipeline.config import Config, SourceConfig
from pipeline.run import run_stage
from tests.pipeline import mutations
from tests.spec.connectors import deliveries
from tests.warehouse.drawn import PROJECT

SEED = 2026
COUNT = int(os.environ.get("GUIYI_FUZZ", "150"))
PER_RUN = 500

_RECORD = {"key": "id", "full_name": "name", "emails": ["email"], "phones": ["phone"], "updated_at": "changed"}
# Formats that no connector uses, over made-up people.
_PEOPLE = [("1", "王小明", "w@x.cn", "13812345678", "2026-03-01"), ("2", "Ann Lee", "ann@x.com", "+1 415 555 2671", "")]
_NAMES = ("id", "name", "email", "phone", "changed")
_TABLE = "\n".join(",".join(row) for row in (_NAMES, *_PEOPLE)) + "\n"
_OBJECTS = [dict(zip(_NAMES, row, strict=True)) for row in _PEOPLE]
DECLARED = {
    "auto": {"files": "odd/auto-*.csv*", "format": "csv", "encoding": "auto", "record": _RECORD},
    "json": {"files": "odd/json-*.json*", "format": "json", "path": "$.list", "record": _RECORD},
    "plain": {
        "files": "odd/plain-*.tsv*", "format": "csv", "quoting": False, "delimiter": "\t", "header_rows": 0,
        "names": list(_NAMES), "record": _RECORD,
    },
    "lines": {"files": "odd/lines-*.log*", "format": "lines", "pattern": "^(?P<id>[^ ]+) (?P<name>.*)$",
              "record": {"key": "id", "full_name": "name"}},
}  # fmt: skip
ODD = {
    "odd/auto-1.csv": _TABLE.encode("gb18030"),
    "odd/json-1.json": str(_OBJECTS).replace("'", '"').encode(),
    "odd/json-2.json": ('{"list":' + str(_OBJECTS).replace("'", '"') + "}").encode(),
    "odd/json-3.json": "\n".join(str(each).replace("'", '"') for each in _OBJECTS).encode(),
    "odd/plain-1.tsv": "\n".join("\t".join(row) for row in _PEOPLE).encode(),
    "odd/lines-1.log": "\n".join(f"{row[0]} {row[1]}" for row in _PEOPLE).encode(),
}


@dataclass(frozen=True)
class Spoilt:
    """File number `number`: where it lies in the inbox, its bytes, and the streams that take it."""

    number: int
    name: str
    content: bytes
    streams: tuple[Stream, ...]


@cache
def systems() -> dict[str, tuple[dict, dict[str, bytes]]]:
    """Every system of the specification: its settings and its deliveries."""
    names = [each.name for each in pkgutil.iter_modules(deliveries.__path__)]
    modules = {name: importlib.import_module(f"{deliveries.__name__}.{name}") for name in names}
    found = {
        name: ({"connector": name, **getattr(module, "SETTINGS", {})}, module.FILES)
        for name, module in modules.items()
        if hasattr(module, "FILES") and name in CONNECTORS
    }
    return found | {"odd": ({"connector": None, "streams": DECLARED}, ODD)}


def streams_of(system: str) -> list[Stream]:
    if system == "odd":
        return [declared_stream(system, name, entry) for name, entry in DECLARED.items()]
    return list(CONNECTORS[system].streams)


def spoilt(number: int) -> Spoilt:
    random = Random(f"{SEED}/{number}")
    system = random.choice(sorted(systems()))
    name, content = random.choice(sorted(systems()[system][1].items()))
    streams = tuple(each for each in streams_of(system) if fnmatch(name, each.files))
    for _ in range(random.choice((1, 1, 1, 2))):
        content = _spoil(random, name, content, streams[0].format if streams else Delimited())
    return Spoilt(number, _called(random, name, number), content, streams)


def _spoil(random: Random, name: str, content: bytes, shape: Format) -> bytes:
    if random.random() < 0.4:
        return random.choice(mutations.BYTES)(random, content)
    try:
        if name.endswith(".zip"):
            return mutations.members(random, content, lambda r, data: _spoil(r, "", data, shape))
        if isinstance(shape, Columnar):
            return mutations.parquet(random, content)
        if isinstance(shape, Workbook):
            sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
            return mutations.book(random, [[str(cell) for cell in row] for row in sheet.to_python()])
        if isinstance(shape, Delimited):
            encoding = "gb18030" if shape.encoding in ("auto", "gbk") else shape.encoding
            return mutations.cells(random, content, encoding, shape.delimiter, quoting=shape.quoting)
        if isinstance(shape, Patterned):
            return content + mutations.hostile(random).encode("utf-8", errors="replace") + b" - - [x]\n" + content
        return mutations.values(random, content, lines=isinstance(shape, Ndjson))
    except Exception:  # spoilt beyond what the mutation can read
        return random.choice(mutations.BYTES)(random, content)


def _called(random: Random, name: str, number: int) -> str:
    """The file's name with its number, and sometimes with what no name should hold."""
    folder, _, base = name.rpartition("/")
    stem, dot, suffix = base.partition(".")
    odd = (
        mutations.hostile(random).replace("/", "").replace("\x00", "").replace(".", "") if random.random() < 0.2 else ""
    )
    odd = odd.encode("utf-8", errors="replace")[:60].decode("utf-8", errors="ignore")
    return f"{folder}/{stem}-{odd}{number}{dot}{suffix}"


class Run:
    """Some spoilt files in an installation of their own, taken in."""

    def __init__(self, home: Path, files: list[Spoilt]) -> None:
        self.files, self.messages = files, []
        sources = {name: SourceConfig(name, **settings) for name, (settings, _) in systems().items()}
        self.config = Config(home=home, inbox=home / "inbox", directory=PROJECT / "config", sources=sources, threads=1)
        for file in files:
            path = self.config.inbox / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        self.counts = [run_stage(stage, self.config, progress=self.messages.append).counts
                       for stage in ("ingest", "standardise", "ingest", "standardise")]  # fmt: skip

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.config.warehouse), read_only=True) as con:
            return con.execute(query).fetchall()


RUNS = [range(start, min(start + PER_RUN, COUNT)) for start in range(0, COUNT, PER_RUN)]


@pytest.fixture(scope="module", params=RUNS, ids=lambda numbers: f"{numbers[0]}-{numbers[-1]}")
def run(request, tmp_path_factory) -> Iterator[Run]:
    outside = tmp_path_factory.mktemp("outside")
    before = set(Path.cwd().iterdir())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.run._gate", lambda name, work: {})
        patch.setattr(tempfile, "tempdir", str(outside))
        patch.setenv("TMPDIR", str(outside))
        done = Run(tmp_path_factory.mktemp("home"), [spoilt(number) for number in request.param])
        yield done
    assert list(outside.iterdir()) == []
    assert set(Path.cwd().iterdir()) == before


def test_every_file_is_a_batch_or_known(run):
    seen = {name for (name,) in run.rows("select distinct file_name from ops.delivery")}
    # An archive may hold nothing of a stream, and a stream's pattern may not allow for a name.
    expected = {file.name for file in run.files if not file.name.endswith(".zip")
                and any(Path(file.name).match(each.files) for each in file.streams)}  # fmt: skip
    assert [name for name in expected - seen if not any(each.startswith(f"{name}!") for each in seen)] == []


def test_every_batch_reconciles(run):
    assert run.rows("select file_name from ops.batch where rows_delivered <> rows_loaded + rows_quarantined") == []
    quarantined = dict(run.rows("select batch_id, count(*) from ops.quarantine where stage = 'ingest' group by all"))
    tables = run.rows("select table_name from information_schema.tables where table_schema = 'raw'")
    counts = " union all ".join(f'select _batch_id, count(*) from raw."{table}" group by all' for (table,) in tables)
    loaded = dict(run.rows(counts))
    for batch, rows, refused in run.rows("select batch_id, rows_loaded, rows_quarantined from ops.batch"):
        assert (loaded.get(batch, 0), quarantined.get(batch, 0)) == (rows, refused)


def test_lines_are_counted_like_an_independent_reader_counts_them(run):
    delivered = dict(run.rows("select file_name, rows_delivered from ops.batch"))
    counted = {file.number: (_lines(file), delivered[file.name]) for file in run.files
               if file.name in delivered and _lines(file) is not None}  # fmt: skip
    assert {number: pair for number, pair in counted.items() if pair[0] != pair[1]} == {}
    assert counted


def _lines(file: Spoilt) -> int | None:
    """Rows of a file in which a line is a row for sure; None for others."""
    shape = file.streams[0].format if len(file.streams) == 1 else None
    if not isinstance(shape, Ndjson | Patterned | Delimited) or file.content.startswith(_NO_LINES):
        return None
    if shape.encoding == "auto":
        return None
    lines = [line for line in file.content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if _is_filled(line, shape)]
    if isinstance(shape, Delimited):
        # A quoted line break joins lines; a header that does not decode refuses the file.
        counts = not (shape.quoting and b'"' in file.content) and _has_header(lines, shape)
        return max(0, len(lines) - shape.header_rows) if counts else None
    return len(lines)


# Compressed files, archives, UTF-16.
_NO_LINES = (
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x28\xb5\x2f\xfd",
)


def _has_header(lines: list[bytes], shape: Delimited) -> bool:
    try:
        head = [line.decode(shape.encoding.replace("auto", "gb18030")) for line in lines[: shape.header_rows]]
    except UnicodeDecodeError:
        return False
    return (
        shape.encoding != "auto"
        and len(head) == shape.header_rows
        and not any("\r" in each.rstrip("\r") for each in head)
    )


def _is_filled(line: bytes, shape: Format) -> bool:
    try:
        return bool(line.decode(shape.encoding).strip())
    except UnicodeDecodeError:
        return True


def test_nothing_changes_when_it_is_run_again(run):
    _, _, ingested, standardised = run.counts
    assert (ingested["files"], ingested["unsettled_files"], standardised["batches"]) == (0, 0, 0)


def test_no_value_of_a_person_is_in_a_message(run):
    said = [
        reason for (reason,) in run.rows("select reason from ops.quarantine union select reason from standard.unparsed")
    ]
    said += [detail for (detail,) in run.rows("select detail from ops.run")]
    said += [message.rpartition("/")[0] for message in run.messages]  # without the file's name
    personal = {token for _, files in systems().values() for content in files.values() for token in _personal(content)}
    assert [text for text in said if any(token in text for token in personal)] == []


def _personal(content: bytes) -> set[str]:
    text = content.decode("utf-8", errors="replace")
    return {
        *re.findall(r"[\w.]+@[\w.]+", text),
        *re.findall(r"1[3-9]\d{9}", text),
        *re.findall(r"[王李陈欧][\u4e00-\u9fff]{1,3}", text),
    }


LIMIT_KB = 700_000
PROGRAM = """
import sys
from pathlib import Path
from benchmarks.measurement import own_peak_bytes
from pipeline.config import Config, SourceConfig
from pipeline.run import run_stage
import pipeline.run
pipeline.run._gate = lambda name, work: {}
home, connector = Path(sys.argv[1]), sys.argv[2]
config = Config(home=home, inbox=home / "inbox", directory=Path(sys.argv[3]), threads=2, memory_limit="500MB",
                sources={connector: SourceConfig(connector, connector=connector)})
run_stage("ingest", config)
print("PEAK", own_peak_bytes() // 1024)
"""


def _long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(
            b'{"type":"track","messageId":"m1","timestamp":"2026-03-18T00:00:00Z","anonymousId":"a","event":"x"}\n'
        )
        file.write(b'{"messageId":"')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(
            b'"}\n{"type":"track","messageId":"m2","timestamp":"2026-03-18T00:00:00Z","anonymousId":"a","event":"x"}\n'
        )


def _long_page(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"user_info_list":[' + b'{"openid":"o1"},' * 10)
        for i in range(3000):
            file.write(b'{"openid":"p%d","note":"%s"},' % (i, b"x" * 20_000))
        file.write(b'{"openid":"o2"}]}')


def _gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'{"messageId":"m1"}\n')
    frame = gzip.compress(b"\x00" * (8 << 20))
    with path.open("ab") as file:
        for _ in range(40):
            file.write(frame)


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as file, file.open("Leads_1.csv", "w") as member:
        member.write(b"Record Id,Last Name\n")
        for _ in range(110):
            member.write(b"\x00" * (1 << 20))


HEAVY = [
    pytest.param("segment", "website/segment/x.ndjson", _long_line, (3, 2, 1), id="a line of 100 MB"),
    pytest.param("wechat", "social/wechat/users-1.json", _long_page, (3011, 3011, 0), id="a page of 60 MB"),
    pytest.param(
        "segment", "website/segment/x.ndjson.gz", _gzip_bomb, (3, 1, 2), id="gzip bomb, a line too long in it"
    ),
    pytest.param("zoho", "crm/zoho/x.zip", _zip_bomb, (1, 0, 1), id="zip bomb"),
]


@pytest.mark.parametrize(("connector", "name", "write", "counts"), HEAVY)
def test_heavy_deliveries_take_little_memory(connector, name, write, counts, tmp_path):
    path = tmp_path / "inbox" / name
    path.parent.mkdir(parents=True)
    write(path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), connector, str(PROJECT / "config")],
        capture_output=True, text=True, check=False, cwd=PROJECT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute("select rows_delivered, rows_loaded, rows_quarantined from ops.batch").fetchall()
    assert found == [counts]
    assert int(done.stdout.rpartition("PEAK")[2]) < LIMIT_KB
