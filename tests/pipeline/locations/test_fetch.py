"""Files fetched from real servers: once, again when they change, and never half of one."""

import os
import time
from contextlib import contextmanager
from dataclasses import replace

import duckdb
import pytest

from pipeline.config import ConfigError, SourceConfig, load_config
from pipeline.location_settings import location_settings
from pipeline.run import run_stage
from pipeline.stage import StageFailed
from tests.pipeline.locations.servers import ENVIRONMENT, SERVERS
from tests.warehouse.drawn import PROJECT

STREAMS = {
    "members": {
        "files": "members/*.csv",
        "format": "csv",
        "record": {"key": "id", "emails": ["email"]},
    }
}
FIRST, SECOND = b"id,email\n1,a@example.com\n2,b@example.com\n", b"id,email\n3,c@example.com\n"


@pytest.fixture
def there(tmp_path):
    """The folder the servers give out."""
    folder = tmp_path / "there"
    (folder / "members").mkdir(parents=True)
    write(folder / "members" / "members-2026-03-01.csv", FIRST)
    write(folder / "members" / "members-2026-03-02.csv.part", b"id,em")
    write(folder / "notes.txt", b"not a delivery")
    return folder


@pytest.fixture(autouse=True)
def _secrets(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def write(path, content, age=3600.0):
    """A file that nobody has touched for an hour."""
    path.write_bytes(content)
    moment = time.time() - age
    os.utime(path, (moment, moment))


def configured(tmp_path, entry):
    source = SourceConfig("shop", streams=STREAMS, location={"settle_seconds": 0, **entry})
    usual = load_config(PROJECT / "config" / "guiyi.toml")
    return replace(usual, home=tmp_path / "home", inbox=tmp_path / "home" / "inbox", sources={"shop": source})


@contextmanager
def served(kind, there, tmp_path):
    """The configuration that reaches the folder through a server of that kind, and what publishes its files there."""
    with SERVERS[kind](there) as (entry, publish):
        publish()
        yield configured(tmp_path, entry), publish


def rows(config):
    with duckdb.connect(str(config.warehouse)) as con:
        return con.execute("select id, email from raw.shop_members order by id").fetchall()


@pytest.mark.parametrize("kind", SERVERS)
def test_fetched_once_and_again_when_changed(kind, there, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})
    with served(kind, there, tmp_path) as (config, publish):
        report = run_stage("pull", config)
        assert (report.counts["files"], report.counts["bytes"]) == (1, len(FIRST))
        assert (config.inbox / "remote/shop/members/members-2026-03-01.csv").read_bytes() == FIRST
        run_stage("ingest", config)
        assert rows(config) == [("1", "a@example.com"), ("2", "b@example.com")]

        again = run_stage("pull", config)
        assert (again.counts["files"], again.counts["known_files"], again.status) == (0, 1, "unchanged")

        write(there / "members" / "members-2026-03-02.csv", SECOND)
        write(there / "members" / "members-2026-03-01.csv", FIRST + b"4,d@example.com\n", age=1800.0)
        publish()
        assert run_stage("pull", config).counts["files"] == 2
        run_stage("ingest", config)
        assert [row[0] for row in rows(config)] == ["1", "1", "2", "2", "3", "4"]
        assert not list(config.inbox.rglob("*.part"))


@pytest.mark.parametrize("kind", ["folder", "sftp", "s3"])
def test_a_file_that_is_young_is_left_for_the_next_run(kind, there, tmp_path):
    write(there / "members" / "members-2026-03-01.csv", FIRST, age=0.0)
    with served(kind, there, tmp_path) as (config, _):
        source = config.sources["shop"]
        patient = replace(source, location={**(source.location or {}), "settle_seconds": 600})
        counts = run_stage("pull", replace(config, sources={"shop": patient})).counts
        assert (counts["files"], counts["unsettled_files"]) == (0, 1)
        assert not list(config.inbox.rglob("*.csv"))


def test_a_file_that_changes_while_it_is_copied_is_left_for_the_next_run(there, tmp_path, monkeypatch):
    from pipeline.locations import Location

    copy = Location.copy

    def copy_and_grow(self, file, target):
        copy(self, file, target)
        write(there / "members" / "members-2026-03-01.csv", FIRST + SECOND, age=10.0)

    monkeypatch.setattr(Location, "copy", copy_and_grow)
    with served("sftp", there, tmp_path) as (config, _):
        counts = run_stage("pull", config).counts
        assert (counts["files"], counts["unsettled_files"]) == (0, 1)
        assert not [each for each in config.inbox.rglob("*") if each.is_file()]
        monkeypatch.setattr(Location, "copy", copy)
        assert run_stage("pull", config).counts["files"] == 1


WRONG = {
    "s3 another key": ("s3", {"PLACE_SECRET_KEY": None}, ConfigError, "PLACE_SECRET_KEY"),
    "sftp wrong password": ("sftp", {"PLACE_PASSWORD": "another"}, StageFailed, "AuthenticationException"),
    "http wrong password": ("http", {"PLACE_PASSWORD": "another"}, StageFailed, "shop: the location cannot be read"),
}


@pytest.mark.parametrize(("kind", "environment", "error", "text"), WRONG.values(), ids=WRONG)
def test_refused_credentials(kind, environment, error, text, there, tmp_path, monkeypatch):
    for name, value in environment.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with served(kind, there, tmp_path) as (config, _), pytest.raises(error, match=text) as told:
        run_stage("pull", config)
    assert "another" not in str(told.value)
    assert "127.0.0.1" not in str(told.value)


def test_another_server_in_its_place_is_not_trusted(there, tmp_path):
    with SERVERS["sftp"](there) as (entry, _):
        config = configured(tmp_path, {**entry, "host_key": "SHA256:" + "A" * 43})
        with pytest.raises(StageFailed, match="SSHException"):
            run_stage("pull", config)
    assert not config.inbox.exists()


def test_one_location_that_fails_does_not_keep_the_others(there, tmp_path):
    with SERVERS["folder"](there) as (entry, _):
        config = configured(tmp_path, entry)
        gone = replace(config.sources["shop"], name="gone", location={"url": "http://127.0.0.1:9"})
        with pytest.raises(StageFailed, match=r"^gone: the location cannot be read"):
            run_stage("pull", replace(config, sources={"gone": gone, **config.sources}))
        assert (config.inbox / "remote/shop/members/members-2026-03-01.csv").exists()


@pytest.mark.parametrize("name", ["../out.csv", "/etc/x.csv", "a/../../x.csv", "a\\b.csv", "", "."])
def test_names_that_lead_out_have_no_target(name, tmp_path):
    from pipeline.fetch import _target

    assert _target(tmp_path, name) is None


REFUSED = {
    "credentials in the address": ({"url": "sftp://me:secret@host/x"}, "must not hold credentials"),
    "clear text": ({"url": "http://host.example/x"}, "https"),
    "another scheme": ({"url": "ftp://host/x"}, "must begin with"),
    "no url": ({}, "lacks url"),
    "a secret written down": ({"url": "s3://b/x", "credentials": "AKIAIOSFODNN7"}, "must not stand in this file"),
    "s3 without credentials": ({"url": "s3://b/x"}, "lacks credentials"),
    "sftp without host key": ({"url": "sftp://h/x", "credentials": "env:P"}, "host_key"),
    "a folder from nowhere": ({"url": "exports"}, "from the root on"),
    "unknown key": ({"url": "/x", "bucket": "b"}, "unknown keys"),
    "endpoint in the clear": ({"url": "s3://b", "credentials": "env:P", "endpoint": "http://x.example"}, "endpoint"),
    "settle": ({"url": "/x", "settle_seconds": "soon"}, "settle_seconds"),
}


@pytest.mark.parametrize(("entry", "text"), REFUSED.values(), ids=REFUSED)
def test_settings_that_are_refused(entry, text, tmp_path):
    config = configured(tmp_path, {})
    source = replace(config.sources["shop"], location=entry)
    with pytest.raises(ConfigError, match=text) as told:
        location_settings(replace(config, sources={"shop": source}))
    assert "secret@" not in str(told.value)
    assert "AKIA" not in str(told.value)
