"""How an unknown file is laid out: its format and settings, as a declared stream names them.

In: a path. Out: a FileShape: `format` and `settings` of connectors/declared.py, the pattern of the files like it, and
remarks on what was decided. What the first bytes say counts; a file's name only says what the pattern is.
"""

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.files.archive import Member, is_archive, members, open_member
from connectors.files.chunk import UnreadableFile
from connectors.files.compressed import open_plain, plain_file
from connectors.files.encoding import AUTO, SAMPLE_BYTES, settle_encoding
from pipeline.inference.table_layout import Layout, find_layout
from pipeline.inference.whitespace_table import whitespace_pattern

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_DELIMITERS = (",", "\t", ";", "|")
_LOG = re.compile(r'^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ ')
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_PACKED = (".gz", ".bz2", ".xz", ".zst")
# Lines a layout is judged by.
_LINES = 200
_DEEPEST_ARRAY = 3


class UnclearFile(ValueError):
    """Nothing can be proposed for a file; the text says what it needs and quotes no value."""


@dataclass(frozen=True)
class FileShape:
    """Keys of a declared stream, and what was decided on the way."""

    format: str
    settings: dict[str, Any] = field(default_factory=dict)
    files: str = "*"
    member: str | None = None
    remarks: tuple[str, ...] = ()


@contextmanager
def opened(path: Path) -> Iterator[tuple[Path, str | None, tuple[str, ...]]]:
    """The file itself, or the member of a zip archive that is most like a table: its path, pattern and remarks."""
    if not path.is_file():
        raise UnclearFile(f"{path} is a folder: name one file" if path.is_dir() else f"{path} does not exist")
    if not path.stat().st_size:
        raise UnclearFile(f"{path} is empty")
    if not is_archive(path):
        yield path, None, ()
        return
    found = members(path, lambda name: True)
    if not found:
        raise UnclearFile(f"{path} holds no file")
    chosen = max(found, key=lambda each: _member_size(path, each))
    others = sorted({PurePosixPath(each.name).name for each in found if each != chosen})
    remark = (
        f"the archive holds {len(others)} more files ({', '.join(others[:5])}): each kind is a stream of its own",
    )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / PurePosixPath(chosen.name).name
        with open_member(path, chosen.position) as source, target.open("wb") as out:
            while block := source.read(1 << 20):
                out.write(block)
        yield target, _pattern(PurePosixPath(chosen.name).name), remark if others else ()


@dataclass(frozen=True)
class Choices:
    """What the user says of the layout: the sheet, the path of the array, the names of columns without a header."""

    sheet: str | None = None
    at: str | None = None
    names: tuple[str, ...] = ()


def find_shape(path: Path, choices: Choices | None = None) -> FileShape:
    """The layout of a plain or compressed file."""
    choices = choices or Choices()
    with open_plain(path) as file:
        start = file.read(8)
    kinds = Counter(PurePosixPath(path.name).suffixes)
    if start.startswith(b"PAR1"):
        return FileShape("parquet")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or any(each.lower() in _WORKBOOKS for each in kinds):
        return _workbook(path, choices)
    with open_plain(path) as plain_bytes:
        sample = plain_bytes.read(SAMPLE_BYTES)
    encoding = settle_encoding(sample, AUTO)
    text = _text(sample, encoding)
    if not text.strip():
        raise UnclearFile(f"{path} holds no text")
    if len(_CONTROL.findall(text)) > 0.001 * len(text):
        raise UnclearFile(f"{path} is neither text nor a workbook nor Parquet")
    shape = _json(path, text, choices.at) if text.lstrip()[:1] in "{[" else None
    shape = shape or _delimited(text, choices.names)
    settled = {} if encoding == "utf-8" else {"encoding": encoding}
    return replace(shape, settings={**shape.settings, **settled})


def _member_size(path: Path, member: Member) -> int:
    with open_member(path, member.position) as source:
        return sum(len(block) for block in iter(lambda: source.read(1 << 20), b""))


def _pattern(name: str) -> str:
    """A pattern for files called like this one: digits (days, part numbers) may differ."""
    return re.sub(r"\d+(?:[-_.]?\d+)*", "*", name)


def _text(sample: bytes, encoding: str) -> str:
    """The sample's whole lines, decoded."""
    text = sample.decode(encoding, errors="replace").lstrip("\ufeff")
    return text[: text.rfind("\n") + 1] or text if len(sample) >= SAMPLE_BYTES else text


def _lines(text: str) -> list[str]:
    """Lines as readers of files end them; Python would also end one at a form feed."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _workbook(path: Path, choices: Choices) -> FileShape:
    """The first visible sheet with data, unless one is named."""
    from connectors.files.workbook import Workbook, read_workbook

    sheet = choices.sheet
    wanted: str | int | None = int(sheet) if sheet and sheet.isdigit() else sheet
    with plain_file(path) as plain:
        chunks = read_workbook(plain, Workbook(sheet=wanted, header_rows=0))
        grid: list[tuple[int, list[str]]] = []
        for chunk in chunks:
            rows = chunk.rows.slice(0, _LINES).to_pylist()
            names = [name for name in chunk.rows.column_names if name != "_line"]
            grid = [(row["_line"], [row[name] or "" for name in names]) for row in rows]
            break
        chunks.close()  # type: ignore[attr-defined]
        others = _sheets(plain)
    if not grid:
        raise UnclearFile(f"{path}: the sheet has no rows; name another with --sheet")
    settings: dict[str, Any] = {} if wanted is None else {"sheet": wanted}
    layout = _named(find_layout(grid), choices.names)
    remarks = (f"the workbook has {len(others)} sheets; --sheet NAME chooses another",) if len(others) > 1 else ()
    return FileShape("xlsx", {**settings, **_header_settings(layout)}, remarks=(*remarks, *layout.remarks))


def _sheets(path: Path) -> list[str]:
    import python_calamine as calamine

    try:
        return list(calamine.CalamineWorkbook.from_path(str(path)).sheet_names)
    except calamine.CalamineError:
        raise UnreadableFile("the workbook is damaged or protected") from None


def _header_settings(layout: Layout) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if layout.skip_rows:
        found["skip_rows"] = layout.skip_rows
    if layout.header_rows != 1:
        found["header_rows"] = layout.header_rows
    if layout.names:
        found["names"] = list(layout.names)
    return found


def _json(path: Path, text: str, at: str | None) -> FileShape | None:
    """Objects a line, an array, or a document with an array inside; None when it is no JSON."""
    if text.lstrip().startswith("["):
        return FileShape("json") if _is_array(text) else None
    first = text.lstrip().split("\n", 1)[0]
    document = _parsed(first)
    lines = [line for line in _lines(text) if line.strip()]
    if isinstance(document, dict) and len(lines) > 1 and not at:
        return FileShape("ndjson")
    document = document or _parsed(_whole(path))
    if not isinstance(document, dict):
        raise UnclearFile(f"{path} looks like JSON and is none that can be read: is it cut off?")
    arrays = dict(_arrays(document, "$", 0))
    if at and at not in arrays:
        raise UnclearFile(f"{path} has no array of objects at {at}; there are {', '.join(arrays) or 'none'}")
    if not arrays:
        return FileShape("pages", {"path": "$", "single": True}, remarks=("the document is one record",))
    chosen = at or max(arrays, key=lambda each: (arrays[each], -len(each)))
    remarks = [f"the records are the array {chosen}"]
    if len(arrays) > 1:
        remarks.append(f"other arrays: {', '.join(each for each in arrays if each != chosen)}; --at PATH chooses one")
    return FileShape("pages", {"path": chosen}, remarks=tuple(remarks))


def _is_array(text: str) -> bool:
    return bool(re.match(r"\s*\[\s*(?:\{|\])", text))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _whole(path: Path) -> str:
    from connectors.files.pages import DOCUMENT_BYTES

    with open_plain(path) as file:
        content = file.read(DOCUMENT_BYTES + 1)
    if len(content) > DOCUMENT_BYTES:
        raise UnclearFile(
            f"{path} is one JSON document of more than {DOCUMENT_BYTES >> 20} MiB: cut a smaller one out of it"
        )
    return content.decode(settle_encoding(content, AUTO), errors="replace").lstrip("\ufeff")


def _arrays(value: Any, path: str, depth: int) -> Iterator[tuple[str, int]]:
    """Paths of the arrays of objects in a document and how long they are."""
    if not isinstance(value, dict) or depth > _DEEPEST_ARRAY:
        return
    for key, each in value.items():
        step = f"{path}.{key}" if re.fullmatch(r"\w+", key) else f'{path}."{key}"'
        if isinstance(each, list) and each and all(isinstance(element, dict) for element in each):
            yield step, len(each)
        yield from _arrays(each, step, depth + 1)


def _delimited(text: str, names: tuple[str, ...]) -> FileShape:
    lines = _lines(text)[:_LINES]
    filled = [line for line in lines if line.strip()]
    if sum(bool(_LOG.match(line)) for line in filled) > len(filled) / 2:
        raise UnclearFile(
            'a web server\'s log: configure it with connector = "access_log", or with format = "lines" and a pattern'
        )
    delimiter = _delimiter(lines)
    if delimiter is None and (found := whitespace_pattern(filled, names)):
        return FileShape("lines", {"pattern": found.pattern}, remarks=(f"columns parted by blanks; {found.remark}",))
    delimiter = delimiter or ","
    quoting = _quotes(lines, delimiter)
    layout = _named(find_layout(_grid(lines, delimiter, quoting=quoting)), names)
    settings: dict[str, Any] = {} if delimiter == "," else {"delimiter": delimiter}
    if not quoting:
        settings["quoting"] = False
    return FileShape("csv", {**settings, **_header_settings(layout)}, remarks=layout.remarks)


def _named(layout: Layout, names: tuple[str, ...]) -> Layout:
    """The layout with the user's names for the columns of a file without a header."""
    if not names or layout.header_rows:
        return layout
    if len(names) != len(layout.names):
        raise UnclearFile(f"the file has {len(layout.names)} columns, and --names gives {len(names)}")
    return replace(layout, names=names, remarks=layout.remarks[:-1])


def _delimiter(lines: list[str]) -> str | None:
    """The character that cuts most lines into the same number of fields, the more the better."""
    best: tuple[float, str] | None = None
    for each in _DELIMITERS:
        widths = Counter(len(row) for _, row in _grid(lines, each, quoting=_quotes(lines, each)) if any(row))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda pair: (pair[0] > 1, pair[1]))
        if width > 1 and count >= 0.6 * sum(widths.values()):
            score = count / sum(widths.values()) * min(width, 20)
            best = max(best or (0.0, each), (score, each), key=lambda pair: pair[0])
    return best[1] if best else None


def _quotes(lines: list[str], delimiter: str) -> bool:
    """False where quotes are characters like any other: some open a field and none ever closes one."""
    opened_, closed = (
        sum(bool(re.search(pattern, line)) for line in lines)
        for pattern in (rf'(?:^|{re.escape(delimiter)})"', rf'"(?:{re.escape(delimiter)}|\s*$)')
    )
    return not (opened_ and not closed)


def _grid(lines: list[str], delimiter: str, *, quoting: bool) -> list[tuple[int, list[str]]]:
    """Rows with the line each begins on."""
    if not quoting:
        return [(i, line.split(delimiter)) for i, line in enumerate(lines, start=1) if line.strip()]
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter)
    rows, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        pass
    return rows


def suffix_of(name: str) -> str:
    """What files like this one end in, whether compressed or not."""
    path = PurePosixPath(name)
    return PurePosixPath(path.stem).suffix if path.suffix.lower() in _PACKED else path.suffix


def slug(name: str) -> str:
    """A source's name from a file's: ASCII letters and underscores, without days and part numbers."""
    stem = unicodedata.normalize("NFKD", PurePosixPath(name).name.partition(".")[0]).lower()
    words = [word for word in re.split(r"[^a-z0-9]+", stem) if word and not word.isdigit()]
    return "_".join(words).strip("_") or "source"
