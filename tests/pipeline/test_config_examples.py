"""The commented examples of config/guiyi.toml, without their comment signs: each can be taken in as it stands."""

import re

import pytest

from connectors.files.compressed import Expansion
from pipeline.api_settings import api_settings
from pipeline.config import load_config
from pipeline.freshness import read_expectations, read_thresholds
from pipeline.limits import expansion
from pipeline.location_settings import location_settings
from pipeline.sources import source_streams
from tests.warehouse.drawn import PROJECT

TEXT = (PROJECT / "config" / "guiyi.toml").read_text(encoding="utf-8")
# From a table's name to the end of the comment.
EXAMPLES = {
    found.splitlines()[0]: found for found in re.findall(r"^# (\[[a-z][^\n]*\n(?:#[^\n]*\n)*)", TEXT, re.MULTILINE)
}


def check(tmp_path, examples: str):
    """Everything that reads the configuration does so."""
    path = tmp_path / "guiyi.toml"
    path.write_text(TEXT + "\n" + re.sub(r"^# ?", "", examples, flags=re.MULTILINE), encoding="utf-8")
    config = load_config(path)
    assert list(source_streams(config))
    assert list(read_expectations(config)) or "expected" not in examples
    read_thresholds(config)
    return config, api_settings(config), location_settings(config)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_can_be_taken_in(tmp_path, example):
    check(tmp_path, example)


def test_all_of_them_together(tmp_path):
    config, apis, locations = check(tmp_path, "\n".join(EXAMPLES.values()))
    assert [each.source.name for each in apis] == ["zoho"]
    assert sorted(each.source.name for each in locations) == ["survey", "taobao"]
    assert config.sources["ga4"].leave_out == ("purchase",)
    assert config.sources["shop"].drop == {"*": ("browser_ip",), "orders": ("Notes", "Note *")}
    assert config.sources["club"].freshness == {"expected": "daily", "max_age_hours": 36}
    assert expansion(config.limits) == expansion(load_config().limits) == Expansion()
    assert config.freshness == {"history": 28, "least": 5, "deviations": 5.0}


def test_the_examples_are_found():
    assert len(EXAMPLES) >= 8
    assert {"[limits]", "[source.zoho.api]", "[source.taobao.location]", "[source.ga4]"} <= set(EXAMPLES)
