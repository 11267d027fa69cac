"""Zendesk: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

from datetime import datetime

import pytest

from connectors.api.errors import LostPlace, RefusedCredentials, RefusedRequest
from connectors.sources.zendesk import TICKETS_API, USERS_API
from tests.connectors.api.driving import REPEATED, drive, session_of
from tests.connectors.api.fake_server import Answer, happening, once
from tests.connectors.api.fake_zendesk import SECRETS, USER, FakeZendesk, failure
from tests.connectors.api.installation import (
    deleted_keys,
    install,
    pull,
    pulls,
    query,
    standard_rows,
    take_in,
)
from tests.connectors.api.interruption import pull_and_stop


@pytest.fixture
def zendesk():
    with FakeZendesk() as server:
        yield server
    assert server.broken == []


@pytest.fixture
def installed(zendesk, tmp_path, use_clock):
    use_clock(zendesk, SECRETS)
    return install(tmp_path / "home", "zendesk", zendesk.url, user=USER)


def fill(zendesk: FakeZendesk, count: int) -> list[int]:
    ids = []
    for number in range(count):
        name = {"name": f"Ann Lee{'abcdefghij'[number % 10]}", "email": f"ann{number}@x.com"}
        ids.append(zendesk.put("users", **name, phone=f"+1415555{number:04d}", shared_phone_number=False))
    zendesk.clock.time += 3600
    return ids


def truth(zendesk: FakeZendesk) -> dict[str, tuple]:
    return {
        str(key): (each["name"], each["email"], each["phone"], datetime.fromisoformat(each["updated_at"]).timestamp())
        for key, each in zendesk.shelves["users"].items()
        if each["active"] and each["role"] == "end-user"
    }


def pulled(driven) -> set[int]:
    return {each["id"] for each in driven.records("users_api")}


def newest(*pulls) -> dict[int, dict]:
    return {each["id"]: each for driven in pulls for each in driven.records("users_api")}


def exports(call) -> bool:
    return call.path == "/api/v2/incremental/users/cursor.json"


def test_full_then_incremental(zendesk, installed):
    zendesk.page_size = 100
    ids = fill(zendesk, 250)
    zendesk.put("users", name="Colleague", email="staff@shop.x", phone=None, role="agent")
    ticket = zendesk.put("tickets", requester_id=ids[1], subject="Tea cold", status="open", via={"channel": "email"})
    gone = zendesk.put("tickets", requester_id=ids[2], subject="Cup", status="solved", via={"channel": "web"})
    zendesk.clock.time += 3600
    pull(installed)
    take_in(installed)
    assert standard_rows(installed, "users") == truth(zendesk)
    zendesk.clock.time += 86_400
    zendesk.put("users", ids[3], email="new@x.com")
    zendesk.put("users", ids[4], suspended=True)
    zendesk.delete(ids[7])
    zendesk.delete_for_good(ids[8])
    zendesk.put("tickets", ticket, status="solved")
    zendesk.delete_ticket(gone)
    zendesk.clock.time += 3600
    before = len(zendesk.calls)
    assert pull(installed).counts["rows_out"] == 6
    assert len(zendesk.calls) - before == 2
    take_in(installed)
    assert standard_rows(installed, "users") == truth(zendesk)
    assert deleted_keys(installed, "users") == {str(ids[7]), str(ids[8])}
    named = "select full_name from standard.record where source_record_id = ?"
    assert query(installed, named, [str(ids[8])]) == [(None,)]
    assert [each[2] for each in pulls(installed, "users_api")] == [251, 4]
    tickets = """
        select status, source_record_id, closed_at is not null
        from standard.interaction left join standard.record using (record_id) order by all
    """
    assert query(installed, tickets) == [("deleted", str(ids[2]), False), ("solved", str(ids[1]), True)]


def test_stopped_and_resumed(zendesk, installed, monkeypatch):
    zendesk.page_size = 100
    fill(zendesk, 250)
    pull_and_stop(installed, zendesk, monkeypatch, exports, 3)
    assert pulls(installed, "users_api") == [("running", 2, 200)]
    before = len(zendesk.calls)
    pull(installed)
    assert len(zendesk.calls) - before == 2  # the last page of users; the tickets
    take_in(installed)
    assert standard_rows(installed, "users") == truth(zendesk)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_killed_anywhere(zendesk, at):
    zendesk.page_size = 10
    ids = fill(zendesk, 40)
    first = drive(zendesk, USERS_API, SECRETS, user=USER, stop_at=at)
    assert not first.finished
    second = drive(zendesk, USERS_API, SECRETS, user=USER, after=first)
    assert [each["id"] for each in second.records("users_api")] == ids


@pytest.mark.parametrize("user", [USER, ""], ids=["agent's token", "OAuth token"])
def test_both_ways_to_sign(zendesk, user):
    ids = fill(zendesk, 3)
    assert pulled(drive(zendesk, USERS_API, SECRETS, user=user)) == set(ids)


def test_ten_a_minute_for_all_streams(zendesk):
    zendesk.page_size = 2
    ids = fill(zendesk, 24)
    zendesk.put("tickets", requester_id=ids[1], status="open")
    zendesk.clock.time += 3600
    session = session_of(zendesk, USERS_API, SECRETS, user=USER)
    assert pulled(drive(zendesk, USERS_API, SECRETS, session=session)) == set(ids)
    assert drive(zendesk, TICKETS_API, SECRETS, session=session).records("tickets_api")
    assert 50 < sum(zendesk.clock.slept) < 70


@pytest.mark.parametrize("overlap", [0, 600])
def test_the_last_minute_is_not_lost(zendesk, overlap):
    ids = fill(zendesk, 3)
    zendesk.put("users", ids[1], email="soon@x.com")
    zendesk.clock.time += 30
    first = drive(zendesk, USERS_API, SECRETS, user=USER)
    zendesk.clock.time += 61
    second = drive(zendesk, USERS_API, SECRETS, user=USER, watermark=first.watermark, overlap=overlap)
    assert newest(first, second) == zendesk.shelves["users"]


def test_again_at_once(zendesk):
    fill(zendesk, 3)
    first = drive(zendesk, USERS_API, SECRETS, user=USER)
    # The server would have noted a start less than a minute ago.
    assert drive(zendesk, USERS_API, SECRETS, user=USER, watermark=first.watermark, overlap=0).finished


FAULTS = {
    **{name: once(answer, exports, at=2, times=2) for name, answer in REPEATED.items()},
    "500": once(Answer(500, b"<html></html>"), exports, at=2),
    "503 with Retry-After": once(Answer(503, headers={"Retry-After": "90"}), exports, at=2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(zendesk, fault):
    zendesk.page_size = 10
    ids = fill(zendesk, 40)
    zendesk.faults.append(FAULTS[fault])
    assert pulled(drive(zendesk, USERS_API, SECRETS, user=USER)) == set(ids)


def test_retry_after_is_kept(zendesk):
    zendesk.page_size = 10
    fill(zendesk, 40)
    zendesk.faults.append(once(Answer(503, headers={"Retry-After": "90"}), exports, at=2))
    drive(zendesk, USERS_API, SECRETS, user=USER)
    assert 90 <= zendesk.clock.slept[0] <= 91


REFUSALS = {
    "token refused": (failure(401, "Couldn't authenticate you"), RefusedCredentials),
    "no permission": (failure(403, "Forbidden"), RefusedCredentials),
    "no such account": (Answer.of({"error": {"title": "No help desk at x.zendesk.com"}}, 404), RefusedRequest),
    "200 with an error": (failure(200, "InvalidValue"), RefusedRequest),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_not_repeated(zendesk, refusal):
    fill(zendesk, 10)
    answer, kind = REFUSALS[refusal]
    zendesk.faults.append(once(answer, exports, times=99))
    with pytest.raises(kind) as refused:
        drive(zendesk, USERS_API, SECRETS, user=USER)
    assert len(zendesk.calls) == 1
    for secret in (*SECRETS.values(), USER, "zendesk.com", "ann0"):
        assert secret not in str(refused.value)


CHANGES = {
    "inserted": lambda server, ids: server.put("users", name="Bo"),
    "modified, already read": lambda server, ids: server.put("users", ids[0], email="later@x.com"),
    "modified, still to come": lambda server, ids: server.put("users", ids[-1], email="later@x.com"),
    "modified, a whole page": lambda server, ids: [server.put("users", each, email="l@x.com") for each in ids[10:20]],
    "deleted, already read": lambda server, ids: server.delete(ids[0]),
    "deleted, still to come": lambda server, ids: server.delete(ids[-1]),
    "deleted for good": lambda server, ids: server.delete_for_good(ids[15]),
}


@pytest.mark.parametrize("later", [0.0, 120.0], ids=["too new for this pull", "seen by this pull"])
@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(zendesk, change, later):
    zendesk.page_size = 10
    ids = fill(zendesk, 40)

    def happen():
        CHANGES[change](zendesk, ids)
        zendesk.clock.time += later

    zendesk.faults.append(happening(happen, exports, at=2))
    first = drive(zendesk, USERS_API, SECRETS, user=USER)
    zendesk.clock.time += 300
    second = drive(zendesk, USERS_API, SECRETS, user=USER, watermark=first.watermark)
    assert newest(first, second) == zendesk.shelves["users"]


def test_the_place_is_lost(zendesk):
    zendesk.page_size = 10
    fill(zendesk, 40)
    zendesk.faults.append(happening(zendesk.cursors.clear, exports, at=3))
    with pytest.raises(LostPlace):
        drive(zendesk, USERS_API, SECRETS, user=USER)


def test_a_cursor_that_stands_still(zendesk):
    fill(zendesk, 10)
    zendesk.faults.append(lambda call: Answer.of({"users": [], "after_cursor": "same", "end_of_stream": False}))
    with pytest.raises(LostPlace, match="does not move on"):
        drive(zendesk, USERS_API, SECRETS, user=USER)
    assert len(zendesk.calls) == 2
