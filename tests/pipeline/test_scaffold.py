"""`guiyi source new`: what it generates passes lint, types and its own test, in a copy of the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.scaffold import ScaffoldError, start_connector
from tests.warehouse.drawn import PROJECT

ROOMS = ("connectors", "identity", "pipeline", "quality", "transforms", "warehouse", "config", "tests/spec/connectors")
FILES = ("pyproject.toml", "tests/warehouse/drawn.py")
# Of all systems only the new one is delivered, to be quick.
ONE_SYSTEM = """
def pytest_collection_modifyitems(items):
    module = items[0].module
    whole = module.standardise
    module.standardise = lambda home, systems: whole(home, {"museum": systems["museum"]})
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the code with a connector more."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ROOMS:
        shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(PROJECT / name, root / name)
    start_connector(root, "museum", "crm")
    (root / "tests" / "spec" / "connectors" / "conftest.py").write_text(ONE_SYSTEM, encoding="utf-8")
    return root


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root), "GUIYI_HOME": str(root / "var")}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def test_its_own_rows_come_out_and_it_is_registered(checkout):
    told = run(checkout, "pytest", "-q", "-p", "no:cacheprovider", "tests/spec/connectors/test_standard_rows.py",
               "-k", "museum or every_connector")  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert " passed" in told.stdout


def test_it_is_clean(checkout):
    changed = ("connectors/sources/museum.py", "connectors/registry.py", "tests/spec/connectors/deliveries/museum.py",
               "tests/spec/connectors/test_standard_rows.py")  # fmt: skip
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        told = run(checkout, *command, "--no-cache", *changed)
        assert told.returncode == 0, told.stdout


def test_its_types_hold(checkout):
    """Against the project's own types; those of libraries, which take mypy long to read, are left out."""
    told = run(checkout, "mypy", "--cache-dir", str(checkout / ".mypy"), "--follow-imports", "silent",
               "--no-site-packages", "--ignore-missing-imports", "connectors/sources/museum.py")  # fmt: skip
    assert told.returncode == 0, told.stdout


def test_the_docstring_has_its_sections(checkout):
    text = (checkout / "connectors" / "sources" / "museum.py").read_text(encoding="utf-8")
    for section in ("What it offers:", "Watermark:", "Identifiers:", "Consent:", "Follows:", "Unconfirmed:"):
        assert section in text


WRONG = {
    "an upper-case letter": ("Museum", "crm", "is no name for a connector"),
    "a dash": ("the-museum", "crm", "is no name for a connector"),
    "one that exists": ("museum", "crm", "exists already"),
    "an unknown channel": ("gallery", "art", "no channel is called 'art'; there are website"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_started_changes_nothing(checkout, case):
    name, channel, said = WRONG[case]
    before = (checkout / "connectors" / "registry.py").read_text(encoding="utf-8")
    with pytest.raises(ScaffoldError, match=said):
        start_connector(checkout, name, channel)
    assert (checkout / "connectors" / "registry.py").read_text(encoding="utf-8") == before
