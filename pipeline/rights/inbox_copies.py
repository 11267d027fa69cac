"""Delivered files that lie in the inbox after their batch had to lose rows.

In: ops.redaction and ops.delivery. Out: the inbox without these files, as far as it is under the data directory: a
plain file is removed, a zip archive is written anew without the members concerned. What lies elsewhere belongs to the
source's system and is only named. A file that has changed since is another delivery and stays.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.archive import remove_copy
from pipeline.config import Config
from pipeline.deliveries import hash_of
from pipeline.rights.archives import SUFFIX


@dataclass(frozen=True)
class Cleared:
    """Files that were removed or written anew, and those outside the data directory that still hold the rows; names are
    relative to the inbox."""

    removed: tuple[str, ...]
    outside: tuple[str, ...]


def clear_copies(con: duckdb.DuckDBPyConnection, config: Config) -> Cleared:
    """Take the delivered bytes of every redacted batch out of archive and inbox; what is done already costs a look."""
    for (was_path,) in con.execute("select distinct was_path from ops.redaction where was_path is not null").fetchall():
        if not was_path.endswith(SUFFIX):
            remove_copy(config.home / was_path)
    rows = con.execute(
        """
        select seen.file_name, list(distinct batch.content_hash)
        from ops.delivery as seen join ops.batch as batch using (batch_id)
        where seen.batch_id in (select batch_id from ops.redaction) group by all order by all
        """
    ).fetchall()
    files: dict[str, set[str]] = {}
    for name, hashes in rows:
        files.setdefault(name.partition("!")[0], set()).update(hashes)
    removed, outside = [], []
    for name, known in files.items():
        path = config.inbox / name
        if not path.is_file() or path.is_symlink():
            continue
        if not config.inbox.resolve().is_relative_to(config.home.resolve()):
            outside.append(name)
        elif _clear(path, known):
            removed.append(name)
    return Cleared(tuple(removed), tuple(outside))


def _clear(path: Path, known: set[str]) -> bool:
    if hash_of(path) in known:
        path.unlink()
        return True
    return zipfile.is_zipfile(path) and _clear_members(path, known)


def _clear_members(path: Path, known: set[str]) -> bool:
    """Write an archive anew without the members of these hashes."""
    building = path.with_name(f".{path.name}.part")
    dropped = kept = 0
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(building, "w", zipfile.ZIP_DEFLATED) as out:
        for member in archive.infolist():
            content = archive.read(member)
            if hashlib.sha256(content).hexdigest() in known:
                dropped += 1
                continue
            out.writestr(member, content)
            kept += 1
    if not dropped:
        building.unlink()
    elif kept:
        building.replace(path)
    else:
        building.unlink()
        path.unlink()
    return bool(dropped)
