"""How far a packed delivery may unpack, as [limits] says."""

import gzip
from dataclasses import replace

import pytest

from connectors.files.compressed import Expansion
from pipeline.config import ConfigError, SourceConfig, load_config
from pipeline.limits import check_limits, expansion

CASES = {
    "nothing said": ({}, Expansion()),
    "all of it": (
        {"unpacked_gib": 2, "unpacked_times": 20, "unpacked_free_mib": 0.5},
        Expansion(most_bytes=2 << 30, most_times=20, free_bytes=1 << 19),
    ),
    "a part": ({"unpacked_times": 5000}, Expansion(most_times=5000)),
}
WRONG = {
    "an unknown key": ("[limits]\nunpacked = 3", "unknown keys ['unpacked']"),
    "a text": ('[limits]\nunpacked_gib = "3"', "unpacked_gib in [limits] is a number above 0"),
    "nothing at all": ("[limits]\nunpacked_gib = 0", "unpacked_gib in [limits] is a number above 0"),
    "no table": ("limits = 3", "must be a table, [limits]"),
}


@pytest.mark.parametrize(("table", "expected"), CASES.values(), ids=CASES)
def test_limits_are_read(table, expected):
    assert expansion(check_limits(table)) == expected


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_is_no_limit(tmp_path, text, message):
    path = tmp_path / "guiyi.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        pytest.param({"unpacked_free_mib": 1, "unpacked_times": 10}, ["unpacks to more than 10 times"], id="refused"),
        pytest.param({"unpacked_free_mib": 1}, [], id="allowed by the other limit"),
    ],
)
def test_a_delivery_is_held_to_them(make_installation, ungated, limits, reasons):
    stream = {"files": "club/*.csv.gz", "format": "csv", "record": {"key": "id"}}
    installation = make_installation(sources={"club": SourceConfig("club", streams={"people": stream})})
    installation.config = replace(installation.config, limits=check_limits(limits))
    rows = 50_000
    installation.deliver("club/2026-03-01.csv.gz", gzip.compress(b"id,name\n" + b"1,aaaaaaaaaaaaaaaaaaaaaaaa\n" * rows))
    installation.run("ingest")
    found = [row[0] for row in installation.rows("select left(reason, 29) from ops.quarantine")]
    loaded = installation.rows("select count(*) from raw.club_people")[0][0]
    assert found == reasons
    assert (loaded == rows) is (not reasons)
