"""A small installation: a data directory, an inbox with a few sources, and ways to run stages on it."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.config import Config, load_config
from pipeline.run import run_stage
from pipeline.stage import Options


class Installation:
    """A data directory of its own; `deliver` puts files into the inbox, `run` runs stages, `rows` queries."""

    def __init__(self, config: Config) -> None:
        self.config = config
        config.inbox.mkdir(parents=True)

    def deliver(self, name: str, content: str | bytes) -> Path:
        path = self.config.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, *stages: str, **options) -> dict[str, dict]:
        return {stage: run_stage(stage, self.config, options=Options(**options)).counts for stage in stages}

    def rows(self, query: str, parameters: list | None = None) -> list[tuple]:
        with duckdb.connect(str(self.config.warehouse), read_only=True) as con:
            return con.execute(query, parameters or []).fetchall()


@pytest.fixture
def make_installation(tmp_path, monkeypatch):
    """A factory: each call is a fresh installation, with the given sources or all."""

    def make(name: str = "home", sources: dict | None = None) -> Installation:
        home = tmp_path / name
        monkeypatch.setenv("GUIYI_HOME", str(home))
        monkeypatch.delenv("GUIYI_INBOX", raising=False)
        config = load_config()
        return Installation(replace(config, sources=sources or config.sources))

    return make


@pytest.fixture
def installation(make_installation):
    return make_installation()


@pytest.fixture
def ungated(monkeypatch):
    """Without the quality gate, whose library takes seconds to import; its own tests are in tests/quality."""
    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})
