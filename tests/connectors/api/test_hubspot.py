"""HubSpot: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

from datetime import datetime

import pytest

from connectors.api.errors import LostPlace, QuotaUsedUp, RefusedCredentials, RefusedRequest
from connectors.sources.hubspot import CONTACTS_API
from tests.connectors.api.driving import REPEATED, calls_of, drive
from tests.connectors.api.fake_hubspot import CONTACTS, SECRETS, FakeHubspot, failure, too_many
from tests.connectors.api.fake_server import Answer, happening, once
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
def hubspot():
    with FakeHubspot() as server:
        yield server
    assert server.broken == []


@pytest.fixture
def installed(hubspot, tmp_path, use_clock):
    use_clock(hubspot, SECRETS)
    return install(tmp_path / "home", "hubspot", hubspot.url)


def fill(hubspot: FakeHubspot, count: int) -> list[int]:
    ids = []
    for number in range(count):
        name = {"firstname": "Ann", "lastname": f"Lee{'abcdefghij'[number % 10]}", "email": f"ann{number}@x.com"}
        ids.append(hubspot.put(**name, phone=f"+1415555{number % 10_000:04d}"))
    hubspot.clock.time += 3600
    return ids


def truth(hubspot: FakeHubspot) -> dict[str, tuple]:
    return {
        str(key): (
            f"{each['firstname']} {each['lastname']}",
            each["email"],
            each["phone"],
            datetime.fromisoformat(each["lastmodifieddate"]).timestamp(),
        )
        for key, each in hubspot.contacts.items()
        if key not in hubspot.archived
    }


def pulled(driven) -> set[int]:
    return {int(each["id"]) for each in driven.records("contacts_api")}


def newest(*pulls) -> dict[int, tuple]:
    """What all pulls together say of every contact that is not archived."""
    found: dict[int, dict] = {}
    for driven in pulls:
        found |= {int(each["id"]): each for each in driven.records("contacts_api")}
    return {key: (e["properties"]["email"], e["updatedAt"]) for key, e in found.items() if not e["archived"]}


def held(hubspot: FakeHubspot) -> dict[int, tuple]:
    return {
        key: (each.get("email"), each["lastmodifieddate"])
        for key, each in hubspot.contacts.items()
        if key not in hubspot.archived
    }


def lists(call) -> bool:
    return call.path == CONTACTS and call.params.get("archived") == "false"


def searches(call) -> bool:
    return call.path == f"{CONTACTS}/search"


def test_full_then_incremental(hubspot, installed):
    ids = fill(hubspot, 250)
    hubspot.archive(ids[0])
    hubspot.archive(ids[1])
    hubspot.clock.time += 3600
    pull(installed)
    take_in(installed)
    assert standard_rows(installed, "contacts") == truth(hubspot)
    assert deleted_keys(installed, "contacts") == {str(ids[0]), str(ids[1])}
    hubspot.clock.time += 86_400
    hubspot.put(ids[3], email="new@x.com")
    hubspot.put(firstname="Bo", lastname="Ray", email="bo@x.com", phone="+14155559999")
    hubspot.archive(ids[7])
    hubspot.restore(ids[0])
    before = len(hubspot.calls)
    assert pull(installed).counts["rows_out"] == 4
    assert len(hubspot.calls) - before == 2  # a search, the archive
    take_in(installed)
    assert standard_rows(installed, "contacts") == truth(hubspot)
    assert deleted_keys(installed, "contacts") == {str(ids[1]), str(ids[7])}
    assert [each[2] for each in pulls(installed, "contacts_api")] == [250, 4]


def test_merges(hubspot, installed):
    ids = fill(hubspot, 4)
    pull(installed)
    hubspot.clock.time += 86_400
    first = hubspot.merge(ids[0], ids[1])
    second = hubspot.merge(first, ids[2])
    pull(installed)
    take_in(installed)
    rows = query(
        installed,
        "select value from standard.identifier join standard.record using (record_id) "
        "where namespace = 'hubspot_contact' and source_record_id = ? order by all",
        [str(second)],
    )
    # The contact that stays is also called what those were called that it took in, which are still records here.
    assert {int(row[0]) for row in rows} == {second, first, *ids[:3]}
    assert standard_rows(installed, "contacts").keys() == {str(each) for each in (*ids, second)}


def test_stopped_and_resumed(hubspot, installed, monkeypatch):
    fill(hubspot, 250)
    pull_and_stop(installed, hubspot, monkeypatch, lists, 3)
    assert pulls(installed, "contacts_api") == [("running", 2, 200)]
    before = len(hubspot.calls)
    pull(installed)
    assert len(hubspot.calls) - before == 2
    take_in(installed)
    assert standard_rows(installed, "contacts") == truth(hubspot)


@pytest.mark.parametrize("at", range(1, 5))
def test_killed_anywhere(hubspot, at):
    ids = fill(hubspot, 250)
    [hubspot.archive(each) for each in ids[:120]]
    first = drive(hubspot, CONTACTS_API, SECRETS, stop_at=at)
    assert not first.finished
    second = drive(hubspot, CONTACTS_API, SECRETS, after=first)
    assert len(second.records("contacts_api")) == 250
    assert pulled(second) == set(ids)


@pytest.mark.parametrize("at", range(1, 5))
def test_killed_while_searching(hubspot, at):
    ids = fill(hubspot, 450)
    watermark = "2026-03-01T00:00:00+00:00"
    first = drive(hubspot, CONTACTS_API, SECRETS, watermark=watermark, stop_at=at)
    assert not first.finished
    second = drive(hubspot, CONTACTS_API, SECRETS, watermark=watermark, after=first)
    assert [int(each["id"]) for each in second.records("contacts_api")] == ids


def test_beyond_10000_results(hubspot):
    hubspot.reach = 1_000  # the rule, not the number
    ids = fill(hubspot, 2_250)
    driven = drive(hubspot, CONTACTS_API, SECRETS, watermark="2026-03-01T00:00:00+00:00")
    assert pulled(driven) == set(ids)
    assert calls_of(hubspot, searches) == 12
    # Twelve searches are more than five a second: it waited, and the server saw no breach.
    assert hubspot.clock.slept


def test_properties_are_asked_for(hubspot):
    hubspot.put(firstname="Ann", loyalty_tier="gold", shoe_size="41")
    driven = drive(hubspot, CONTACTS_API, SECRETS, properties=["loyalty_tier"])
    (record,) = driven.records("contacts_api")
    assert record["properties"]["loyalty_tier"] == "gold"
    assert "shoe_size" not in record["properties"]


def test_what_is_found_late_is_found(hubspot):
    ids = fill(hubspot, 3)
    first = drive(hubspot, CONTACTS_API, SECRETS)
    hubspot.lag = 30.0
    hubspot.put(ids[1], email="new@x.com")
    second = drive(hubspot, CONTACTS_API, SECRETS, watermark=first.watermark)
    hubspot.clock.time += 300
    third = drive(hubspot, CONTACTS_API, SECRETS, watermark=second.watermark)
    assert newest(first, second, third) == held(hubspot)


FAULTS = {
    **{name: lambda when, answer=answer: once(answer, when, at=2, times=2) for name, answer in REPEATED.items()},
    "secondly": lambda when: once(too_many("SECONDLY"), when, at=2, times=3),
    "ten secondly": lambda when: once(too_many("TEN_SECONDLY_ROLLING"), when, at=2),
    "locked": lambda when: once(failure(423, "LOCKED"), when, at=2),
    "migrating": lambda when: once(Answer(477, headers={"Retry-After": "60"}), when, at=2),
    "504": lambda when: once(Answer(504, b"<html></html>"), when, at=2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(hubspot, fault):
    ids = fill(hubspot, 250)
    hubspot.faults.append(FAULTS[fault](lists))
    assert pulled(drive(hubspot, CONTACTS_API, SECRETS)) == set(ids)
    hubspot.faults[:] = [FAULTS[fault](searches)]
    driven = drive(hubspot, CONTACTS_API, SECRETS, watermark="2026-03-01T00:00:00+00:00")
    assert pulled(driven) == set(ids)


def test_policies_are_waited_for(hubspot):
    fill(hubspot, 250)
    hubspot.faults.append(FAULTS["ten secondly"](lists))
    drive(hubspot, CONTACTS_API, SECRETS)
    assert 10 <= hubspot.clock.slept[0] <= 11


REFUSALS = {
    "day's calls used up": (too_many("DAILY"), QuotaUsedUp),
    "token revoked": (failure(401, "EXPIRED_AUTHENTICATION"), RefusedCredentials),
    "scope missing": (failure(403, "MISSING_SCOPES"), RefusedCredentials),
    "wrong request": (failure(400, "VALIDATION_ERROR"), RefusedRequest),
    "200 with an error": (failure(200, "VALIDATION_ERROR"), RefusedRequest),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_not_repeated(hubspot, refusal):
    fill(hubspot, 10)
    answer, kind = REFUSALS[refusal]
    hubspot.faults.append(once(answer, lists, times=99))
    with pytest.raises(kind) as refused:
        drive(hubspot, CONTACTS_API, SECRETS)
    assert len(hubspot.calls) == 1
    for secret in (*SECRETS.values(), "ann0"):
        assert secret not in str(refused.value)


CHANGES = {
    "inserted": lambda server, ids: server.put(firstname="Bo", email="bo@x.com"),
    "modified, already read": lambda server, ids: server.put(ids[0], email="later@x.com"),
    "modified, still to come": lambda server, ids: server.put(ids[-1], email="later@x.com"),
    "archived, already read": lambda server, ids: server.archive(ids[0]),
    "archived, still to come": lambda server, ids: server.archive(ids[-1]),
    "archived, several": lambda server, ids: [server.archive(each) for each in ids[50:150]],
    "merged": lambda server, ids: server.merge(ids[0], ids[-1]),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("watermark", [None, "2026-03-01T00:00:00+00:00"], ids=["list", "search"])
def test_changes_between_pages(hubspot, change, watermark):
    ids = fill(hubspot, 450)
    when = searches if watermark else lists
    hubspot.faults.append(happening(lambda: CHANGES[change](hubspot, ids), when, at=2))
    first = drive(hubspot, CONTACTS_API, SECRETS, watermark=watermark)
    kept = set(ids) & set(hubspot.contacts)
    assert kept <= pulled(first)
    hubspot.clock.time += 60
    second = drive(hubspot, CONTACTS_API, SECRETS, watermark=first.watermark)
    # Those that a merge took in are listed nowhere any more.
    assert {key: row for key, row in newest(first, second).items() if key in hubspot.contacts} == held(hubspot)


def test_the_place_is_lost(hubspot):
    fill(hubspot, 250)
    hubspot.faults.append(happening(hubspot.places.clear, lists, at=3))
    with pytest.raises(LostPlace):
        drive(hubspot, CONTACTS_API, SECRETS)
