"""Fxiaoke: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

import json
import signal
import subprocess
import sys
import textwrap

import pytest

from pipeline.stage import StageFailed, StagePostponed
from tests.connectors.api.fake_fxiaoke import SECRETS, USER, FakeFxiaoke, failure
from tests.connectors.api.fake_server import Answer, happening, once
from tests.connectors.api.installation import deleted_keys, install, pull, pulls, standard_rows, take_in
from tests.warehouse.drawn import PROJECT

SURNAMES = "王李张刘陈杨赵黄周吴"


@pytest.fixture
def fxiaoke(use_clock):
    with FakeFxiaoke() as server:
        use_clock(server, SECRETS)
        yield server
    assert server.broken == []


@pytest.fixture
def installed(fxiaoke, tmp_path):
    return lambda **api: install(tmp_path / "home", "fxiaoke", fxiaoke.url, user=USER, **api)


def fill(fxiaoke: FakeFxiaoke, count: int) -> list[str]:
    ids = [
        fxiaoke.put(name=f"{SURNAMES[number % 10]}小明", tel=f"1381234{number:04d}", email=f"w{number}@x.cn")
        for number in range(count)
    ]
    fxiaoke.clock.time += 3600
    return ids


def truth(fxiaoke: FakeFxiaoke) -> dict[str, tuple]:
    return {
        key: (each["name"], each["email"], f"+86{each['tel']}", each["last_modified_time"] / 1000)
        for key, each in fxiaoke.accounts.items()
        if each["life_status"] != "invalid"
    }


def queries(call) -> bool:
    return call.path == "/cgi/crm/v2/data/query"


def pulled(config) -> set[str]:
    found = (config.inbox / "api/fxiaoke/accounts_api").glob("*.ndjson")
    return {json.loads(line)["_id"] for path in found for line in path.read_text(encoding="utf-8").splitlines()}


@pytest.mark.parametrize("auth", ["header", "body"])
def test_full_then_incremental(fxiaoke, installed, auth):
    ids = fill(fxiaoke, 250)
    config = installed(auth=auth)
    pull(config)
    take_in(config)
    assert standard_rows(config, "accounts") == truth(fxiaoke)
    fxiaoke.clock.time += 86_400
    fxiaoke.put(ids[3], email="new@x.cn")
    fxiaoke.put(ids[7], life_status="invalid")
    fxiaoke.put(name="李娜", tel="13912345678", email="li@x.cn")
    before = len(fxiaoke.calls)
    pull(config)
    assert len(fxiaoke.calls) - before == 3  # a token, the page, the empty one after it
    take_in(config)
    assert standard_rows(config, "accounts") == truth(fxiaoke)
    assert deleted_keys(config, "accounts") == {ids[7]}


def test_beyond_10000(fxiaoke, installed, monkeypatch):
    monkeypatch.setattr("pipeline.pull._keep", lambda *_, **named: None)  # of no interest here, and slow
    ids = fill(fxiaoke, 10_250)
    config = installed()
    pull(config)
    assert pulled(config) == set(ids)
    # 105 calls of 0.05 s each are more than 100 in 20 s: it waited, and the server saw no breach.
    assert sum(fxiaoke.clock.slept) > 10


FAULTS = {
    "token expires": lambda server: happening(server.expire_tokens, queries, at=2),
    "token missing": lambda server: once(failure(10013, "corpAccessToken missing"), queries, at=2),
    "14001": lambda server: once(failure(14001), queries, at=2, times=2),
    "30004": lambda server: once(failure(30004), queries, at=2),
    "-1": lambda server: once(failure(-1), queries, at=2, times=3),
    "50009": lambda server: once(failure(50009), queries, at=2),
    "cut inside the body": lambda server: once(Answer(200, b'{"errorCode": 0' + b" " * 900, cut=99), queries, at=2),
    "200 of a proxy": lambda server: once(Answer(200, b"<html></html>"), queries, at=2),
    "busy while giving a token": lambda server: once(failure(-1), lambda call: "token" in call.path.lower()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(fxiaoke, installed, fault):
    ids = fill(fxiaoke, 250)
    fxiaoke.faults.append(FAULTS[fault](fxiaoke))
    config = installed()
    pull(config)
    assert pulled(config) == set(ids)


REFUSALS = {
    "daily quota": (failure(30002), "the day's calls are used up"),
    "no quota bought": (failure(30003), "no API calls have been bought"),
    "offset": (failure(10013, "offset 不能超过10000"), "offset beyond 10,000"),
    "no permission": (failure(20014), "the request is refused"),
    "app disabled": (failure(20021), "the credentials are refused"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_not_repeated(fxiaoke, installed, refusal):
    answer, text = REFUSALS[refusal]
    fxiaoke.faults.append(once(answer, queries, times=9))
    config = installed()
    with pytest.raises(StageFailed, match=f"^fxiaoke/accounts_api: {text}") as failed:
        pull(config)
    assert len(fxiaoke.calls) == 2
    assert not isinstance(failed.value, StagePostponed)
    assert all(secret not in str(failed.value) for secret in (*SECRETS.values(), "token-0"))


def test_what_passes_by_itself_is_postponed(fxiaoke, installed):
    fxiaoke.faults.append(once(Answer(503), queries, times=99))
    with pytest.raises(StagePostponed, match=r"^fxiaoke/accounts_api: "):
        pull(installed())


CHANGES = {
    "inserted": lambda server, ids: server.put(name="李娜", tel="13912345678", email="li@x.cn"),
    "modified, already read": lambda server, ids: server.put(ids[5], email="later@x.cn"),
    "modified, still to come": lambda server, ids: server.put(ids[-1], email="later@x.cn"),
    "deleted, already read": lambda server, ids: server.delete(ids[5]),
    "deleted, still to come": lambda server, ids: server.delete(ids[-1]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(fxiaoke, installed, change):
    ids = fill(fxiaoke, 250)
    fxiaoke.faults.append(happening(lambda: CHANGES[change](fxiaoke, ids), queries, at=2))
    config = installed()
    pull(config)
    assert set(fxiaoke.accounts) <= pulled(config)
    fxiaoke.clock.time += 60
    pull(config)
    take_in(config)
    # A record deleted for good is listed nowhere: it stays as it was last seen.
    held = standard_rows(config, "accounts")
    assert {key: row for key, row in held.items() if key in fxiaoke.accounts} == truth(fxiaoke)


def test_killed_and_resumed(fxiaoke, installed):
    """A process of its own, killed while the third page is on its way."""
    fill(fxiaoke, 450)
    config = installed()
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(config.home), str(fxiaoke.clock.now())], cwd=PROJECT)
    fxiaoke.faults.append(happening(lambda: child.send_signal(signal.SIGKILL), queries, at=3))
    assert child.wait(60) == -signal.SIGKILL
    assert pulls(config, "accounts_api") == [("running", 2, 200)]
    before = len(fxiaoke.calls)
    pull(config)
    assert len(fxiaoke.calls) - before == 1 + 3 + 1
    take_in(config)
    assert standard_rows(config, "accounts") == truth(fxiaoke)
    assert pulls(config, "accounts_api") == [("done", 5, 450)]


CHILD = textwrap.dedent("""
    import dataclasses, pathlib, sys
    import pipeline.pull, pipeline.run
    from pipeline.config import load_config
    from pipeline.transport import Clock

    home = pathlib.Path(sys.argv[1])
    pipeline.pull.CLOCK = Clock(lambda: float(sys.argv[2]), lambda seconds: sys.exit("nothing here waits"))
    config = dataclasses.replace(load_config(home / "guiyi.toml", inbox=home / "inbox"), home=home)
    pipeline.run.run_stage("pull", config)
""")


def test_digits_are_kept(fxiaoke, installed):
    key = fxiaoke.put(name="王小明", tel="13812345678", email="w@x.cn", field_big__c=12345678901234567890)
    config = installed()
    fxiaoke.faults.append(
        once(
            Answer(
                200,
                f'{{"errorCode": 0, "data": {{"dataList": [\n  {{"_id": "{key}",\n   "amount": 0.10000000000000000555,'
                f' "last_modified_time": 1774000000000, "big": 12345678901234567890}}]}}}}'.encode(),
            ),
            queries,
        )
    )
    pull(config)
    (path,) = (config.inbox / "api/fxiaoke/accounts_api").glob("*.ndjson")
    (line,) = path.read_text(encoding="utf-8").splitlines()
    assert '"amount": 0.10000000000000000555,' in line
    assert '"big": 12345678901234567890}' in line
