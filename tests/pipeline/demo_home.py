"""One small installation, made by the command line itself, that read-only tests share: `guiyi demo`, `guiyi run`.

Four sources are enough for customers of several records, and the quality gate, which has its own tests, is off.
"""

import contextlib
import io
import shutil
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from pipeline.command_line import main
from tests.warehouse.drawn import PROJECT

SOURCES = ("zoho", "shopify", "segment", "wechat")


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class DemoHome:
    """A data directory after `guiyi run`, its configuration, and what both commands said."""

    home: Path
    config: Path
    demo: Told
    run: Told

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """Make the command line work here, without gates and on a wide terminal."""
        enter(patch, self.home, self.config)

    def copy(self, target: Path) -> "DemoHome":
        """The same installation elsewhere, to be written to."""
        shutil.copytree(self.home, target)
        return DemoHome(target, self.config, self.demo, self.run)

    def rows(self, query: str, *parameters: object) -> list[tuple]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(query, list(parameters)).fetchall()


def guiyi(*arguments: object) -> Told:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    return Told(code, out.getvalue(), err.getvalue())


def enter(patch: pytest.MonkeyPatch, home: Path, config: Path | None = None) -> None:
    """Point the command line to a data directory, without gates and on a wide terminal."""
    patch.setenv("GUIYI_HOME", str(home))
    patch.setenv("GUIYI_CONFIG", str(config or PROJECT / "config" / "guiyi.toml"))
    patch.setenv("COLUMNS", "240")
    patch.delenv("GUIYI_INBOX", raising=False)
    patch.setattr("pipeline.run._gate", lambda name, work: {})


@cache
def demo_home(base: Path) -> DemoHome:
    """The shared installation under the session's temporary folder (`tmp_path_factory.getbasetemp()`), made once."""
    folder = base / "demo_home"
    config = _configure(folder / "config")
    with pytest.MonkeyPatch.context() as patch:
        enter(patch, folder / "home", config)
        demo = guiyi("demo", folder / "home" / "inbox", "--customers", 60, "--seed", 3, "--days", 2)
        run = guiyi("run")
    return DemoHome(folder / "home", config, demo, run)


def _configure(folder: Path) -> Path:
    """The project's configuration with fewer sources."""
    shutil.copytree(PROJECT / "config", folder)
    path = folder / "guiyi.toml"
    sources = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    tables = [f"[source.{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in sources[name].items())
              for name in SOURCES]  # fmt: skip
    path.write_text("\n".join(tables), encoding="utf-8")
    return path
