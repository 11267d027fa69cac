"""`guiyi pull` and what `guiyi run` makes of it: progress, the table, failures, two pulls at once, silence in logs."""

import fcntl
import logging
from dataclasses import replace

import pytest

from pipeline.api_settings import has_api
from pipeline.config import load_config
from pipeline.run import STAGES, run_all, run_stage
from pipeline.stage import StageFailed, StagePostponed
from pipeline.transport import Clock
from tests.connectors.api.fake_fxiaoke import SECRETS, USER, FakeFxiaoke, failure
from tests.connectors.api.fake_server import once
from tests.connectors.api.installation import install, query
from tests.pipeline.demo_home import guiyi


@pytest.fixture
def fxiaoke(monkeypatch):
    with FakeFxiaoke() as server:
        monkeypatch.setattr("pipeline.pull.CLOCK", Clock(server.clock.now, server.clock.sleep))
        for name, value in SECRETS.items():
            monkeypatch.setenv(f"CRM_{name}", value)
        server.put(name="王小明", tel="13812345678", email="w@x.cn")
        server.clock.time += 60
        yield server
    assert server.broken == []


@pytest.fixture
def config(fxiaoke, tmp_path, monkeypatch):
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return install(tmp_path / "home", "fxiaoke", fxiaoke.url, user=USER)


def command(config, *arguments):
    return guiyi("pull", "--config", str(config.directory / "guiyi.toml"), *arguments)


def test_the_table_names_every_stream(config):
    told = command(config)
    assert told.code == 0
    row = next(line for line in told.out.splitlines() if "accounts_api" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")][:7] == [
        *("fxiaoke", "accounts_api", "done", "1", "1", "3", "0")
    ]


def test_a_failure_is_told_with_what_was_reached(config, fxiaoke):
    fxiaoke.faults.append(once(failure(30003), lambda call: call.path.endswith("/query"), at=2))
    told = command(config)
    assert told.code == 1
    assert "fxiaoke/accounts_api: no API calls have been bought (HTTP 200, code 30003)" in told.err
    assert "failed" in told.out


def test_an_unknown_source(config):
    assert command(config, "--source", "nobody").code == 1


def test_nothing_to_pull(tmp_path, monkeypatch):
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path))
    (tmp_path / "guiyi.toml").write_text('[source.survey]\nconnector = "survey"\n', encoding="utf-8")
    told = guiyi("pull", "--config", str(tmp_path / "guiyi.toml"))
    assert (told.code, "there is nothing to pull" in told.err) == (1, True)


def test_two_pulls_of_a_source(config):
    lock = config.home / "pull" / "fxiaoke.lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StagePostponed, match="fxiaoke is being pulled by another process"):
            run_stage("pull", config)
    run_stage("pull", config)


def test_a_run_pulls_first(config, monkeypatch):
    monkeypatch.setattr("pipeline.run.STAGES", {"ingest": STAGES["ingest"]})
    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})
    assert [report.stage for report in run_all(config)] == ["pull", "ingest"]
    assert query(config, "select count(*) from raw.fxiaoke_accounts_api") == [(1,)]


def test_a_failed_pull_does_not_stop_the_run(config, fxiaoke, monkeypatch):
    monkeypatch.setattr("pipeline.run.STAGES", {"ingest": STAGES["ingest"]})
    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})
    fxiaoke.faults.append(once(failure(30002), lambda call: call.path.endswith("/query"), at=2))
    done = []
    with pytest.raises(StageFailed, match="the day's calls are used up"):
        run_all(config, done=lambda report: done.append(report.stage))
    assert done == ["ingest"]
    # The page that came before the quota ended is taken in.
    assert query(config, "select count(*) from raw.fxiaoke_accounts_api") == [(1,)]


def test_a_source_without_api_is_not_mentioned(tmp_path):
    (tmp_path / "guiyi.toml").write_text('[source.survey]\nconnector = "survey"\n', encoding="utf-8")
    assert not has_api(replace(load_config(tmp_path / "guiyi.toml"), home=tmp_path))


def test_logs_hold_no_address_and_no_value(config, caplog):
    logging.getLogger("httpx").setLevel(logging.INFO)
    with caplog.at_level(logging.DEBUG):
        run_stage("pull", config)
    told = caplog.text
    assert not any(value in told for value in (*SECRETS.values(), "token-0", "127.0.0.1", "w@x.cn", "thirdTraceId"))
