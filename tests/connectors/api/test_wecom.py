"""WeCom: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

import pytest

from connectors.api.errors import ApiError, QuotaUsedUp, RefusedCredentials, RefusedRequest, TooManyRequests
from connectors.sources.wecom import CONTACTS_API
from tests.connectors.api.driving import REPEATED, calls_of, drive
from tests.connectors.api.fake_server import happening, once
from tests.connectors.api.fake_wecom import BATCH, LIST, SECRETS, FakeWecom, failure
from tests.connectors.api.installation import install, pull, pulls, query, standard_rows, take_in
from tests.connectors.api.interruption import pull_and_stop

SURNAMES = "王李张刘陈杨赵黄周吴"


@pytest.fixture
def wecom():
    with FakeWecom() as server:
        yield server
    assert server.broken == []


@pytest.fixture
def installed(wecom, tmp_path, use_clock):
    use_clock(wecom, SECRETS)
    return install(tmp_path / "home", "wecom", wecom.url)


def fill(wecom: FakeWecom, colleagues: int, contacts: int) -> list[str]:
    """Everybody follows some; the first two colleagues share every third of theirs."""
    wecom.hire(*(f"staff{number:03d}" for number in range(colleagues)))
    ids = []
    for number in range(contacts):
        key = wecom.put(name=f"网名{number}", unionid=f"ozynqs{number:020d}")
        ids.append(key)
        remark = {"remark": f"{SURNAMES[number % 10]}小明", "remark_mobiles": [f"1381234{number:04d}"]}
        wecom.follow(f"staff{number % colleagues:03d}", key, **remark, createtime=1_700_000_000)
        if number % 3 == 0:
            other = f"staff{(number + 1) % colleagues:03d}"
            wecom.follow(other, key, remark=f"{SURNAMES[number % 10]}大明", createtime=1_710_000_000)
    return ids


def truth(wecom: FakeWecom) -> dict[str, tuple]:
    """Of every contact that somebody follows, what whoever added it last says of it."""
    follows = [(one["createtime"], contact, one) for each in wecom.follows.values() for contact, one in each.items()]
    newest = {contact: one for _, contact, one in sorted(follows, key=lambda each: each[:2])}
    return {
        contact: (one["remark"], None, f"+86{one['remark_mobiles'][0]}" if one["remark_mobiles"] else None)
        for contact, one in newest.items()
    }


def held(config) -> dict[str, tuple]:
    return {key: row[:3] for key, row in standard_rows(config, "contacts").items()}


def follows(wecom: FakeWecom) -> set[tuple[str, str]]:
    return {(who, contact) for who, each in wecom.follows.items() for contact in each}


def pulled(driven) -> set[tuple[str, str]]:
    return {
        (each["follow_info"]["userid"], each["external_contact"]["external_userid"])
        for each in driven.records("contacts_api")
    }


def batch(call) -> bool:
    return call.path == BATCH


def test_full_then_full_again(wecom, installed):
    """Without a watermark every pull reads everything; the newest pull wins, also when it says what an older one did."""
    ids = fill(wecom, 3, 250)
    pull(installed)
    take_in(installed)
    assert held(installed) == truth(wecom)
    first = held(installed)
    for remark in ("张三", wecom.follows["staff001"][ids[1]]["remark"]):
        wecom.clock.time += 86_400
        wecom.follow("staff001", ids[1], remark=remark)
        pull(installed)
        take_in(installed)
        assert held(installed) == truth(wecom)
    assert held(installed) == first
    assert query(installed, "select count(*), count(distinct issuer) from standard.identifier "
                 "where namespace = 'wechat_unionid'") == [(250, 1)]  # fmt: skip
    assert query(installed, "select count(*) from standard.interaction") == [(len(follows(wecom)),)]


def test_stopped_and_resumed(wecom, installed, monkeypatch):
    fill(wecom, 3, 250)
    pull_and_stop(installed, wecom, monkeypatch, batch, 3)
    assert pulls(installed, "contacts_api") == [("running", 2, 200)]
    before = calls_of(wecom, batch)
    pull(installed)
    # The call that brought nothing, and the one that was left.
    assert calls_of(wecom, batch) - before == 2
    take_in(installed)
    assert held(installed) == truth(wecom)
    assert pulls(installed, "contacts_api") == [("done", 4, len(follows(wecom)))]


@pytest.mark.parametrize("at", range(1, 9))
def test_killed_anywhere(wecom, at):
    fill(wecom, 120, 350)
    first = drive(wecom, CONTACTS_API, SECRETS, stop_at=at)
    assert not first.finished
    second = drive(wecom, CONTACTS_API, SECRETS, after=first)
    assert pulled(second) == follows(wecom)
    assert {each["pulled_at"] for each in second.records("contacts_api")} == {second.state["began"]}


@pytest.mark.parametrize("change", ["came", "left"])
def test_colleagues_change_while_stopped(wecom, change):
    """A cursor belongs to the colleagues it was given out for, whoever they are today."""
    fill(wecom, 120, 350)
    first = drive(wecom, CONTACTS_API, SECRETS, stop_at=4)
    assert first.state["cursor"]
    if change == "came":
        wecom.hire("staff000a")
        wecom.follow("staff000a", wecom.put(name="新"))
    else:
        wecom.leave("staff049")
    second = drive(wecom, CONTACTS_API, SECRETS, after=first)
    assert {each for each in follows(wecom) if each[0] != "staff000a"} <= pulled(second)


def test_calls_are_few(wecom):
    fill(wecom, 120, 350)
    driven = drive(wecom, CONTACTS_API, SECRETS)
    assert wecom.tokens == 1
    assert calls_of(wecom, lambda call: call.path == LIST) == 1
    # 50 colleagues a call, 100 contacts a page.
    assert calls_of(wecom, batch) == driven.pages == 6


def test_nobody(wecom):
    assert drive(wecom, CONTACTS_API, SECRETS).finished
    wecom.hire("staff000")
    assert drive(wecom, CONTACTS_API, SECRETS).records("contacts_api") == []


FAULTS = {
    **{name: lambda server, answer=answer: once(answer, batch, at=2, times=2) for name, answer in REPEATED.items()},
    "token ends early": lambda server: happening(server.expire_token, batch, at=2),
    "token is none": lambda server: once(failure(40014), batch, at=2),
    "busy": lambda server: once(failure(-1), batch, at=2, times=3),
    "busy while giving a token": lambda server: once(failure(-1), lambda call: call.path == "/cgi-bin/gettoken"),
    "busy while listing": lambda server: once(failure(-1), lambda call: call.path == LIST),
    "too often": lambda server: once(failure(45009), batch, at=2),
    "too many at once": lambda server: once(failure(45033), batch, at=2, times=4),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(wecom, fault):
    fill(wecom, 3, 250)
    wecom.faults.append(FAULTS[fault](wecom))
    assert pulled(drive(wecom, CONTACTS_API, SECRETS)) == follows(wecom)


def test_a_token_outlives_a_long_pull(wecom):
    fill(wecom, 60, 350)
    wecom.faults.append(lambda call: wecom.clock.sleep(2000) if batch(call) else None)
    assert pulled(drive(wecom, CONTACTS_API, SECRETS)) == follows(wecom)
    assert wecom.tokens == 2


def test_frequency_is_waited_for(wecom):
    fill(wecom, 3, 250)
    wecom.faults.append(FAULTS["too often"](wecom))
    drive(wecom, CONTACTS_API, SECRETS)
    assert 60 <= wecom.clock.slept[0] <= 62


REFUSALS = {
    "wrong secret": (failure(40001), RefusedCredentials),
    "wrong corporation": (failure(40013), RefusedCredentials),
    "application not admitted": (failure(48002), RefusedCredentials),
    "address not on the list": (failure(60020), RefusedCredentials),
    "wrong request": (failure(40058), RefusedRequest),
    "shut for an hour": (failure(45009), TooManyRequests),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals(wecom, refusal):
    fill(wecom, 3, 250)
    answer, kind = REFUSALS[refusal]
    wecom.faults.append(once(answer, batch, times=99))
    with pytest.raises(kind) as refused:
        drive(wecom, CONTACTS_API, SECRETS)
    assert not isinstance(refused.value, QuotaUsedUp)
    for secret in (*SECRETS.values(), "token-1", "小明"):
        assert secret not in str(refused.value)


def test_wrong_credentials_say_so(wecom):
    with pytest.raises(ApiError, match=r"the application may not do this .*40001"):
        drive(wecom, CONTACTS_API, {**SECRETS, "CORP_SECRET": "another"})


CHANGES = {
    "contact added, already read": lambda server, ids: server.follow("staff000", server.put(name="新"), remark="新"),
    "contact added, still to come": lambda server, ids: server.follow("staff119", server.put(name="新"), remark="新"),
    "contact taken off, already read": lambda server, ids: server.unfollow("staff000", ids[0]),
    "contact taken off, still to come": lambda server, ids: server.unfollow("staff119", ids[119]),
    "remark changed, already read": lambda server, ids: server.follow("staff000", ids[0], remark="张三"),
    "colleague left, already read": lambda server, ids: server.leave("staff000"),
    "colleague left, being read": lambda server, ids: server.leave("staff049"),
    "colleague left, still to come": lambda server, ids: server.leave("staff119"),
    "colleagues left, whole groups": lambda server, ids: [server.leave(f"staff{each:03d}") for each in range(49, 110)],
    "colleague came": lambda server, ids: [server.hire("staff999"), server.follow("staff999", ids[3])],
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(wecom, change):
    ids = fill(wecom, 120, 350)
    before = follows(wecom)
    wecom.faults.append(happening(lambda: CHANGES[change](wecom, ids), batch, at=2))
    driven = drive(wecom, CONTACTS_API, SECRETS)
    # Nothing that was there all the time is missed; what came meanwhile belongs to the next pull.
    assert before & follows(wecom) <= pulled(driven)
    assert pulled(drive(wecom, CONTACTS_API, SECRETS)) == follows(wecom)


def test_taken_off_the_list_stays_as_it_was(wecom, installed):
    ids = fill(wecom, 1, 3)
    expected = truth(wecom)
    pull(installed)
    wecom.clock.time += 86_400
    wecom.unfollow("staff000", ids[1])
    pull(installed)
    take_in(installed)
    assert held(installed) == expected
