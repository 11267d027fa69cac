"""The configured sources joined with what their connectors say: which streams there are and how to read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from connectors.columns import fill
from connectors.declared import declared_stream
from connectors.registry import connector
from connectors.stream import Stream
from pipeline.config import Config, ConfigError, SourceConfig
from pipeline.omissions import EVERY, without_kinds


@dataclass(frozen=True)
class SourceStream:
    """One stream of one configured source."""

    source: SourceConfig
    stream: Stream
    channel: str

    @property
    def label(self) -> str:
        """source/stream, as messages name it."""
        return f"{self.source.name}/{self.stream.name}"

    def fill(self, expression: str) -> str:
        """An expression of the connector with this source's issuer and name filled in."""
        return fill(expression, issuer=self.source.issuer, source=self.source.name)


def source_streams(config: Config, only: tuple[str, ...] = ()) -> Iterator[SourceStream]:
    """Every stream of every configured source, or of the sources in `only`; ConfigError when one is unknown."""
    if unknown := [name for name in only if name not in config.sources]:
        raise ConfigError(f"no source called {unknown[0]!r} in the configuration; there are {sorted(config.sources)}")
    for source in config.sources.values():
        if not only or source.name in only:
            for each in _streams(source):
                yield _place(_reduced(each))


def _streams(source: SourceConfig) -> Iterator[SourceStream]:
    if source.connector is None:
        _check_names("drop", source, source.drop, [EVERY, *source.streams])
        for name, entry in source.streams.items():
            yield SourceStream(source, declared_stream(source.name, name, entry), "declared")
        return
    known = connector(source.connector)
    _check_names("files", source, source.files, [stream.name for stream in known.streams])
    _check_names("drop", source, source.drop, [EVERY, *(stream.name for stream in known.streams)])
    for stream in known.streams:
        # Files of an API pull lie in a folder of the source: two sources may have one connector.
        files = source.files.get(stream.name, stream.files).replace("{source}", source.name)
        drop = (*known.drop, *stream.drop)
        yield SourceStream(source, replace(stream, files=files, drop=drop), known.channel)


def _check_names(key: str, source: SourceConfig, told: Iterable[str], known: list[str]) -> None:
    if unknown := set(told) - set(known):
        raise ConfigError(f"[source.{source.name}.{key}] names no stream of {source.name}: {sorted(unknown)}")


def _reduced(each: SourceStream) -> SourceStream:
    """The stream without what the configuration leaves out."""
    source = each.source
    drop = (*each.stream.drop, *source.drop.get(EVERY, ()), *source.drop.get(each.stream.name, ()))
    return replace(each, stream=replace(without_kinds(each.stream, source.leave_out), drop=drop))


def _place(each: SourceStream) -> SourceStream:
    """The stream with its pattern where its files are: those of a location are copied into a folder of the source."""
    if each.source.location is None or each.stream.files.startswith("api/"):
        return each
    return replace(each, stream=replace(each.stream, files=f"remote/{each.source.name}/{each.stream.files}"))
