"""WeChat: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

import pytest

from connectors.api import wechat as api
from connectors.api.errors import LostPlace, QuotaUsedUp, RefusedCredentials, RefusedRequest
from connectors.sources.wechat import USERS_API
from tests.connectors.api.driving import REPEATED, calls_of, drive
from tests.connectors.api.fake_server import happening, once
from tests.connectors.api.fake_wechat import INFO, LIST, SECRETS, TOKEN, FakeWechat, failure
from tests.connectors.api.installation import install, pull, pulls, query, standard_rows, take_in
from tests.connectors.api.interruption import pull_and_stop

SURNAMES = "王李张刘陈杨赵黄周吴"


@pytest.fixture
def wechat(monkeypatch):
    monkeypatch.setattr(api, "KEPT", 20)
    with FakeWechat() as server:
        yield server
    assert server.broken == []


@pytest.fixture
def installed(wechat, tmp_path, use_clock):
    use_clock(wechat, SECRETS)
    return install(tmp_path / "home", "wechat", wechat.url)


def fill(wechat: FakeWechat, count: int) -> list[str]:
    ids = [
        wechat.follow(remark=f"{SURNAMES[number % 10]}小明 1381234{number:04d}", subscribe_scene="ADD_SCENE_QR_CODE")
        for number in range(count)
    ]
    wechat.clock.time += 3600
    return ids


def truth(wechat: FakeWechat) -> dict[str, tuple]:
    return {
        key: (name, None, f"+86{phone}")
        for key, (name, phone) in ((key, each["remark"].split(" ")) for key, each in wechat.followers.items())
    }


def held(config) -> dict[str, tuple]:
    return {key: row[:3] for key, row in standard_rows(config, "users").items()}


def consents(config) -> dict[str, str]:
    text = "select source_record_id, status from standard.consent join standard.record using (record_id)"
    return dict(query(config, text))


def pulled(driven) -> list[str]:
    return [each["openid"] for each in driven.records("users_api") if each["subscribe"]]


def lists(call) -> bool:
    return call.path == LIST


def infos(call) -> bool:
    return call.path == INFO


def test_full_then_full_again(wechat, installed):
    """Without a watermark every pull reads everything; the newest pull wins, also when it says what an older one did."""
    ids = fill(wechat, 50)
    pull(installed)
    take_in(installed)
    assert held(installed) == truth(wechat)
    first = held(installed)
    for remark in ("张三 13912345678", wechat.followers[ids[1]]["remark"]):
        wechat.clock.time += 86_400
        wechat.follow(ids[1], remark=remark)
        pull(installed)
        take_in(installed)
        assert held(installed) == truth(wechat)
    assert held(installed) == first
    assert set(consents(installed).values()) == {"granted"}
    unionids = "select count(*), count(distinct issuer) from standard.identifier where namespace = 'wechat_unionid'"
    assert query(installed, unionids) == [(50, 1)]
    assert query(installed, "select count(*) from standard.interaction") == [(50,)]


def test_a_follower_leaves_and_comes_back(wechat, installed):
    ids = fill(wechat, 3)
    pull(installed)
    wechat.clock.time += 86_400
    # Between the list and the telling: the only moment at which leaving is told.
    wechat.faults.append(happening(lambda: wechat.leave(ids[1]), infos))
    pull(installed)
    take_in(installed)
    assert consents(installed) == {ids[0]: "granted", ids[1]: "denied", ids[2]: "granted"}
    wechat.clock.time += 86_400
    wechat.follow(ids[1])
    pull(installed)
    take_in(installed)
    assert set(consents(installed).values()) == {"granted"}
    assert held(installed) == truth(wechat)


def test_stopped_and_resumed(wechat, installed, monkeypatch):
    fill(wechat, 50)
    pull_and_stop(installed, wechat, monkeypatch, infos, 3)
    assert pulls(installed, "users_api") == [("running", 2, 40)]
    before = len(wechat.calls)
    pull(installed)
    # A token, the list behind the 40th, the ten that were left, the end of the list.
    assert len(wechat.calls) - before == 4
    take_in(installed)
    assert held(installed) == truth(wechat)
    assert pulls(installed, "users_api") == [("done", 3, 50)]


@pytest.mark.parametrize("at", range(1, 9))
def test_killed_anywhere(wechat, at):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    first = drive(wechat, USERS_API, SECRETS, stop_at=at)
    assert not first.finished
    second = drive(wechat, USERS_API, SECRETS, after=first)
    assert pulled(second) == ids
    assert {each["pulled_at"] for each in second.records("users_api")} == {second.state["began"]}


def test_calls_are_few(wechat, monkeypatch):
    monkeypatch.setattr(api, "KEPT", 1_000)
    ids = fill(wechat, 1_250)
    driven = drive(wechat, USERS_API, SECRETS)
    assert pulled(driven) == ids
    assert (calls_of(wechat, lists), calls_of(wechat, infos), driven.pages) == (2, 13, 2)
    assert wechat.tokens == 1


def test_nobody_follows(wechat):
    driven = drive(wechat, USERS_API, SECRETS)
    assert driven.finished
    assert driven.pages == 0


FAULTS = {
    **{name: lambda server, answer=answer: once(answer, infos, at=2, times=2) for name, answer in REPEATED.items()},
    "token ended": lambda server: happening(server.end_token, infos, at=2),
    "token is not the newest": lambda server: once(failure(40001), infos, at=2),
    "busy": lambda server: once(failure(-1), infos, at=2, times=3),
    "busy while listing": lambda server: once(failure(-1), lists),
    "busy while giving a token": lambda server: once(failure(-1), lambda call: call.path == TOKEN),
    "minute's calls used up": lambda server: once(failure(45011), infos, at=2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(wechat, fault):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    wechat.faults.append(FAULTS[fault](wechat))
    assert pulled(drive(wechat, USERS_API, SECRETS)) == ids


def test_a_token_ends_in_a_long_pull(wechat):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    wechat.faults.append(lambda call: wechat.clock.sleep(2000) if infos(call) else None)
    assert pulled(drive(wechat, USERS_API, SECRETS)) == ids
    assert wechat.tokens == 2


REFUSALS = {
    "day's calls used up": (failure(45009), QuotaUsedUp),
    "no right": (failure(48001), RefusedCredentials),
    "address not on the list": (failure(40164), RefusedCredentials),
    "wrong request": (failure(47001), RefusedRequest),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_not_repeated(wechat, refusal):
    fill(wechat, 10)
    answer, kind = REFUSALS[refusal]
    wechat.faults.append(once(answer, lists, times=99))
    with pytest.raises(kind) as refused:
        drive(wechat, USERS_API, SECRETS)
    assert len(wechat.calls) == 2
    for secret in (*SECRETS.values(), "token-1", "oAbc"):
        assert secret not in str(refused.value)


def test_wrong_credentials_say_so(wechat):
    with pytest.raises(RefusedCredentials, match=r"the account may not do this .*40125"):
        drive(wechat, USERS_API, {**SECRETS, "APP_SECRET": "another"})


def test_a_quota_used_up_in_mid_pull_goes_on_another_day(wechat):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    first = drive(wechat, USERS_API, SECRETS, stop_at=6)
    wechat.faults.append(once(failure(45009), infos))
    with pytest.raises(QuotaUsedUp):
        drive(wechat, USERS_API, SECRETS, after=first)
    wechat.clock.time += 86_400
    assert pulled(drive(wechat, USERS_API, SECRETS, after=first)) == ids


CHANGES = {
    "came": lambda server, ids: server.follow(),
    "left, already read": lambda server, ids: server.leave(ids[0]),
    "left, being read": lambda server, ids: server.leave(ids[25]),
    "left, last of the page": lambda server, ids: server.leave(ids[29]),
    "left, several at the end of the page": lambda server, ids: [server.leave(each) for each in ids[26:30]],
    "left, still to come": lambda server, ids: server.leave(ids[-1]),
    "gone, being read": lambda server, ids: server.vanish(ids[25]),
    "gone, several": lambda server, ids: [server.vanish(each) for each in (ids[3], ids[21], ids[29], ids[45])],
    "remark changed": lambda server, ids: server.follow(ids[-1], remark="张三 13912345678"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(wechat, change):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    wechat.faults.append(happening(lambda: CHANGES[change](wechat, ids), infos, at=2))
    driven = drive(wechat, USERS_API, SECRETS)
    assert set(ids) & set(wechat.followers) <= set(pulled(driven))
    again = drive(wechat, USERS_API, SECRETS)
    assert pulled(again) == list(wechat.followers)


def test_all_who_were_read_last_leave(wechat):
    wechat.page_size = 30
    ids = fill(wechat, 70)
    wechat.faults.append(happening(lambda: [wechat.leave(each) for each in ids[20:30]], lists, at=2))
    with pytest.raises(LostPlace):
        drive(wechat, USERS_API, SECRETS)
