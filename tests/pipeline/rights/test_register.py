"""The register of processing: what the configuration says, and no value of a person."""

import pytest

from tests.pipeline.demo_home import enter, guiyi
from tests.warehouse.drawn import PROJECT

SAID = (
    "| shopify | Shopify's CSV exports",
    "wechat_unionid",
    "| marketing | email |",
    "to be filled in",
    "GDPR Article 30",
    "no limit configured",
    "younger than 14",
)


@pytest.mark.parametrize("said", SAID)
def test_the_projects_register_says(monkeypatch, tmp_path, said):
    enter(monkeypatch, tmp_path / "home")
    told = guiyi("register", "--out", tmp_path / "register.md")
    assert told.code == 0, told.err
    assert said in (tmp_path / "register.md").read_text(encoding="utf-8")
    assert not (tmp_path / "home").exists()


def test_every_source_and_segment_is_in_it(monkeypatch, tmp_path):
    from pipeline.config import load_config
    from pipeline.rights.register import describe_processing
    from warehouse.segments.definition import read_segments

    monkeypatch.setenv("GUIYI_HOME", str(tmp_path))
    config = load_config(PROJECT / "config" / "guiyi.toml")
    text = describe_processing(config)
    assert [name for name in config.sources if f"| {name} |" not in text] == []
    assert [each.name for each in read_segments(config.segment_settings).values() if each.title not in text] == []
