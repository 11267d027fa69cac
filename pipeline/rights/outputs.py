"""Files that went out of the warehouse and lie under the data directory: extracts, and a demo's truth.

In: needles and the subject's temporary tables. Out: extracts without the person: a CSV is written anew without the
rows, a file of another kind is removed, for its sums and styles cannot be kept whole. The extract stage makes the
newest anew. A copy that was passed on is beyond reach; segment.extract_log says who asked for it.
"""

import codecs
import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.config import Config
from pipeline.rights.needles import Needles, find_files
from warehouse.vault.key import Key
from warehouse.vault.sealing import SUFFIX, read_private, write_private

_TRUTH = {
    "truth.parquet": "(source, stream, source_record_id) not in "
    "(select (source, stream, source_record_id) from erased_record)",
    "truth_anonymous.parquet": "(namespace, value) not in "
    "(select (namespace, value) from erased_identifier where is_carrier)",
}

_BETWEEN = re.compile(r"[\s,;|，；、]+")


@dataclass(frozen=True)
class Rewritten:
    """Extracts written anew and removed, relative to the data directory."""

    rewritten: tuple[str, ...]
    removed: tuple[str, ...]


def find_extracts(config: Config, needles: Needles) -> list[Path]:
    """Extracts that hold the person."""
    return find_files(config.extracts, needles.of_extracts, config.key) if config.extracts.is_dir() else []


def clear_extracts(config: Config, needles: Needles) -> Rewritten:
    """Take the person out of every extract."""
    rewritten, removed = [], []
    for left in config.extracts.rglob(".building-*"):  # rows of a workbook that a killed run was writing
        shutil.rmtree(left, ignore_errors=True)
    for path in find_extracts(config, needles):
        name = path.relative_to(config.home).as_posix()
        if path.name.removesuffix(SUFFIX).endswith(".csv"):
            if _rewrite(path, needles.of_extracts, config.key):
                rewritten.append(name)
        else:
            path.unlink()
            removed.append(name)
    return Rewritten(tuple(rewritten), tuple(removed))


def clear_truth(con: duckdb.DuckDBPyConnection, config: Config) -> int:
    """Take the person out of the truth that `guiyi demo` laid beside its deliveries; rewritten files."""
    done = 0
    for name, condition in _TRUTH.items():
        path = config.inbox / name
        if not path.is_file() or not path.resolve().is_relative_to(config.home.resolve()):
            continue
        building = path.with_name(f".{name}.part")
        # COPY takes no parameter for its file names; a quote in the path is doubled.
        source, target = (str(each).replace("'", "''") for each in (path, building))
        con.execute(f"copy (select * from '{source}' where {condition}) to '{target}' (format parquet)")
        building.replace(path)
        done += 1
    return done


def _rewrite(path: Path, needles: Needles, key: Key | None) -> bool:
    """As it was written: UTF-8, CRLF, with a byte order mark where it had one (lists for ad platforms must not).

    False when the needle was part of somebody else's value, and nothing was written.
    """
    content = read_private(path, key)
    encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"
    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    texts = frozenset(needles.texts)
    hit = table.apply(lambda column: column.map(lambda cell: _is_of(cell, texts)))
    kept = table[~hit.any(axis=1)] if len(table) else table
    if len(kept) == len(table):
        return False
    text: str = kept.to_csv(index=False, lineterminator="\r\n")
    write_private(path.with_name(path.name.removesuffix(SUFFIX)), text.encode(encoding), key)
    return True


def _is_of(cell: str, texts: frozenset[str]) -> bool:
    """Whether the cell is one of the texts, or a list that holds one: a text inside of a longer value is another's."""
    parts = (cell, *_BETWEEN.split(cell))
    # An apostrophe keeps spreadsheets from running a cell.
    return any(part.strip().lstrip("'+").lower() in texts for part in parts)
