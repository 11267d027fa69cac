"""The configured sources joined with what their connectors say: which streams there are and how to read them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.columns import fill
from connectors.declared import declared_stream
from connectors.registry import connector
from connectors.stream import Stream
from pipeline.config import Config, ConfigError, SourceConfig


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
            yield from _streams(source)


def _streams(source: SourceConfig) -> Iterator[SourceStream]:
    if source.connector is None:
        for name, entry in source.streams.items():
            yield _place(SourceStream(source, declared_stream(source.name, name, entry), "declared"))
        return
    known = connector(source.connector)
    if unknown := set(source.files) - {stream.name for stream in known.streams}:
        raise ConfigError(f"[source.{source.name}.files] names no stream of {known.name}: {sorted(unknown)}")
    for stream in known.streams:
        # Files of an API pull lie in a folder of the source: two sources may have one connector.
        files = source.files.get(stream.name, stream.files).replace("{source}", source.name)
        yield _place(SourceStream(source, replace(stream, files=files), known.channel))


def _place(each: SourceStream) -> SourceStream:
    """The stream with its pattern where its files are: those of a location are copied into a folder of the source."""
    if each.source.location is None or each.stream.files.startswith("api/"):
        return each
    return replace(each, stream=replace(each.stream, files=f"remote/{each.source.name}/{each.stream.files}"))
