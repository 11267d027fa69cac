"""From a source's location to files in the inbox, the first half of the stage `pull`.

In: the sources with [source.NAME.location] settings. Out: copies below `remote/<source>/` of the inbox under the names
they have there, each written whole or not at all, and a row per file in ops.fetch. What is in them is ingest's affair,
which knows deliveries by their bytes.

1. List what matches the streams' patterns; what was fetched before and has not changed since is left alone. Of a
   server that does not tell whether a file changed, it is copied each time.
2. A file changed within the last `settle_seconds`, or that looks different after the copy than before it, is still
   being written: it is left for the next run.
3. A name that would lead out of the folder is refused. One location's failure does not keep the others from being
   fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from pipeline.deliveries import hash_of, is_in_flight
from pipeline.location_settings import LocationSettings, location_settings
from pipeline.locations import Location, RemoteFile, UnreachableLocation, open_location
from pipeline.stage import Errand, transaction

FOLDER = "remote"


@dataclass
class Fetched:
    """What a fetch brought: files copied, known, left for later and refused, bytes, and what went wrong."""

    files: int = 0
    known: int = 0
    unsettled: int = 0
    size: int = 0
    failures: list[str] = field(default_factory=list)


def fetch(errand: Errand) -> Fetched:
    """Fetch what is new at every location."""
    done = Fetched()
    for settings in location_settings(errand.config, errand.options.sources):
        try:
            with open_location(settings) as location:
                _fetch_source(errand, settings, location, done)
        except UnreachableLocation as error:
            done.failures.append(str(error))
    return done


def _fetch_source(errand: Errand, settings: LocationSettings, location: Location, done: Fetched) -> None:
    known = {} if errand.options.full_refresh else _known(errand, settings.source.name)
    for file in _listed(settings, location):
        if file.version and known.get(file.name) == file.version:
            done.known += 1
            continue
        target = _target(errand.config.inbox / FOLDER / settings.source.name, file.name)
        if target is None:
            done.failures.append(f"{settings.source.name}: a file name at the location leads out of the inbox; refused")
            continue
        errand.progress(f"{settings.source.name}: fetching {file.name}")
        before = hash_of(target) if target.exists() and not file.version else None
        if _is_young(file, settings.settle_seconds) or not _copy(location, file, target):
            done.unsettled += 1
            continue
        if before is not None and before == hash_of(target):
            done.known += 1
            continue
        done.files += 1
        done.size += target.stat().st_size
        _keep(errand, settings.source.name, file, target.stat().st_size)


def _listed(settings: LocationSettings, location: Location) -> Iterator[RemoteFile]:
    """Files of all streams, each once: two streams may read members of one archive."""
    seen: set[str] = set()
    for stream in settings.streams:
        pattern = stream.stream.files.removeprefix(f"{FOLDER}/{settings.source.name}/")
        for file in location.matching(pattern):
            if file.name not in seen and not is_in_flight(PurePosixPath(file.name).name):
                seen.add(file.name)
                yield file


def _target(folder: Path, name: str) -> Path | None:
    """Where the copy goes; None for a name that is not one below the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part in ("..", ".") for part in parts) or set(name) & {"\\", "\0"}:
        return None
    return folder.joinpath(*parts)


def _is_young(file: RemoteFile, settle_seconds: float) -> bool:
    return file.modified is not None and datetime.now(UTC) - file.modified < timedelta(seconds=settle_seconds)


def _copy(location: Location, file: RemoteFile, target: Path) -> bool:
    """Copy under another name first; False when the file changed meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        location.copy(file, part)
        after = location.current(file)
        whole = after.version == file.version and after.size in (None, part.stat().st_size)
        if whole:
            part.replace(target)
        return whole
    finally:
        part.unlink(missing_ok=True)


def _known(errand: Errand, source: str) -> dict[str, str]:
    """Names fetched before, with their versions."""
    with errand.warehouse() as con:
        return dict(con.execute("select name, version from ops.fetch where source = ?", [source]).fetchall())


def _keep(errand: Errand, source: str, file: RemoteFile, size: int) -> None:
    with errand.warehouse() as con, transaction(con):
        con.execute("delete from ops.fetch where source = ? and name = ?", [source, file.name])
        con.execute(
            "insert into ops.fetch values (?, ?, ?, ?, ?, ?, ?)",
            [
                source,
                file.name,
                size,
                file.version,
                file.modified.astimezone(UTC).replace(tzinfo=None) if file.modified else None,
                datetime.now(UTC).replace(tzinfo=None),
                errand.run_id,
            ],
        )
