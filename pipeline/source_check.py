"""Configured sources: what each has waiting, and whether a file goes through it.

In: the configuration. Out: lines for `guiyi source list`; the outcome of a dry run for `guiyi source check`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from pipeline.config import Config, ConfigError, SourceConfig
from pipeline.deliveries import deliveries
from pipeline.inference.dry_run import Outcome, try_files
from pipeline.limits import expansion
from pipeline.omissions import EVERY
from pipeline.sources import SourceStream, source_streams
from warehouse.connection import open_readonly

# Where a named file lies in the inbox of a dry run.
_FOLDER = "check"


@dataclass(frozen=True)
class SourceLine:
    """A configured source: its streams, whether it has an API, files in the inbox, and those not loaded yet."""

    name: str
    connector: str
    channel: str
    streams: tuple[str, ...]
    has_api: bool
    files: int
    waiting: int


def list_sources(config: Config) -> list[SourceLine]:
    """A line per configured source."""
    loaded = _loaded(config)
    lines = []
    for source in config.sources.values():
        streams = list(source_streams(config, (source.name,)))
        names = [name for each in streams for name in _files(config.inbox, each)]
        waiting = sum((source.name, name) not in loaded for name in names)
        told = tuple(each.stream.name for each in streams)
        channel = streams[0].channel if streams else ""
        has_api = source.api is not None
        lines.append(
            SourceLine(source.name, source.connector or "none", channel, told, has_api, len(names), waiting)
        )  # fmt: skip
    return lines


def check_source(
    config: Config,
    name: str,
    path: Path | None = None,
    stream: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """A file, or the newest delivery of each stream in the inbox, through the configured source in a dry run."""
    streams = list(source_streams(config, (name,)))
    only = replace(config, sources={name: config.sources[name]})
    if path is None:
        limits = expansion(config.limits)
        waiting = [list(deliveries(config.inbox, each.stream, limits)) for each in streams]
        newest = [found[-1].path for found in waiting if found]
        if not newest:
            raise ConfigError(f"no file of {name} lies in {config.inbox}: name one, `guiyi source check {name} FILE`")
        return try_files(only, [(each, _name_in(config.inbox, each)) for each in newest], progress)
    if not path.is_file():
        raise ConfigError(f"{path} is no file")
    chosen = _chosen(streams, path, stream)
    source = _only(config.sources[name], streams, chosen)
    return try_files(replace(config, sources={name: source}), [(path, f"{_FOLDER}/{path.name}")], progress)


def _loaded(config: Config) -> set[tuple[str, str]]:
    """Source and name of every delivery seen; members of archives by the archive's name."""
    if not config.warehouse.exists():
        return set()
    with open_readonly(config.warehouse) as con:
        rows = con.execute("select distinct source, split_part(file_name, '!', 1) from ops.delivery").fetchall()
    return {(row[0], row[1]) for row in rows}


def _files(inbox: Path, each: SourceStream) -> list[str]:
    return [
        _name_in(inbox, path)
        for path in inbox.glob(each.stream.files)
        if path.is_file() and not path.name.startswith((".", "~"))
    ]


def _name_in(inbox: Path, path: Path) -> str:
    return path.relative_to(inbox).as_posix()


def _chosen(streams: list[SourceStream], path: Path, name: str | None) -> str:
    """The stream that is named, the only one, or the one whose files are called like this one."""
    names = [each.stream.name for each in streams]
    fit = [each.stream.name for each in streams if fnmatch(path.name, PurePosixPath(each.stream.files).name)]
    if name in names:
        return name
    if name is None and len(names) == 1:
        return names[0]
    if name is None and len(fit) == 1:
        return fit[0]
    raise ConfigError(f"say which stream {path.name} is of, with --stream: {', '.join(names)}")


def _only(source: SourceConfig, streams: list[SourceStream], chosen: str) -> SourceConfig:
    """The source as if the chosen stream alone had files."""
    if source.connector is None:
        drop = {name: patterns for name, patterns in source.drop.items() if name in (EVERY, chosen)}
        return replace(source, streams={chosen: {**source.streams[chosen], "files": f"{_FOLDER}/*"}}, drop=drop)
    files = {each.stream.name: "nothing/is/here" for each in streams} | {chosen: f"{_FOLDER}/*"}
    return replace(source, files=files)
