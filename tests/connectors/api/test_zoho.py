"""Zoho: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

import json

import pytest

from pipeline.stage import StageFailed
from pipeline.transport import Clock, Transport
from tests.connectors.api.fake_server import Answer, happening, once
from tests.connectors.api.fake_zoho import SECRETS, FakeZoho, error, seconds
from tests.connectors.api.installation import (
    deleted_keys,
    files,
    install,
    pull,
    pulls,
    query,
    standard_rows,
    take_in,
)


@pytest.fixture
def zoho(use_clock):
    with FakeZoho() as server:
        use_clock(server, SECRETS)
        yield server
    assert server.broken == []


@pytest.fixture
def installed(zoho, tmp_path):
    def prepare(**api):
        settings = {"accounts_url": zoho.url, "streams": ["leads_api"], "bulk": False, **api}
        return install(tmp_path / "home", "zoho", zoho.url, **settings)

    return prepare


def fill(zoho: FakeZoho, count: int, module: str = "Leads") -> list[str]:
    ids = []
    for number in range(count):
        name = {"First_Name": "Ann", "Last_Name": f"Lee{'abcdefghij'[number % 10]}", "Email": f"ann{number}@x.com"}
        ids.append(zoho.put(module, **name, Mobile=f"1381234{number:04d}", Email_Opt_Out=number % 2 == 0))
    zoho.clock.time += 3600
    return ids


def truth(zoho: FakeZoho, module: str = "Leads") -> dict[str, tuple]:
    return {
        key: (
            f"{each['First_Name']} {each['Last_Name']}",
            each["Email"],
            f"+86{each['Mobile']}",
            seconds(each["Modified_Time"]),
        )
        for key, each in zoho.modules[module].items()
    }


def held(config) -> dict[str, tuple]:
    """What the files say: the newest version of every lead, without those that were deleted since."""
    found: dict[str, dict] = {}
    for path in sorted((config.inbox / "api/zoho/leads_api").glob("*")):
        for each in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            known = found.get(each["id"])
            if known is None or seconds(known["Modified_Time"]) <= seconds(each["Modified_Time"]):
                found[each["id"]] = each
    for path in (config.inbox / "api/zoho/leads_deleted").glob("*"):
        for each in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            found.pop(each["id"], None)
    return {
        key: (f"{e['First_Name']} {e['Last_Name']}", e["Email"], f"+86{e['Mobile']}", seconds(e["Modified_Time"]))
        for key, e in found.items()
    }


def lists(call) -> bool:
    return call.path == "/crm/v8/Leads" and "ids" not in call.params


def page(number: int):
    return lambda call: lists(call) and call.params.get("page") == str(number)


def test_full_then_incremental(zoho, installed):
    ids = fill(zoho, 450)
    config = installed()
    pull(config)
    take_in(config)
    assert standard_rows(config, "leads") == truth(zoho)
    zoho.clock.time += 86_400
    zoho.put("Leads", ids[3], Email="new@x.com")
    added = zoho.put("Leads", First_Name="Bo", Last_Name="Ray", Email="bo@x.com", Mobile="13912345678")
    zoho.delete("Leads", ids[7])
    before = len(zoho.calls)
    pull(config)
    # A token, the list, the deleted ones: what did not change is not asked for again.
    assert len(zoho.calls) - before == 3
    take_in(config)
    assert standard_rows(config, "leads") == truth(zoho)
    assert added in standard_rows(config, "leads")
    assert deleted_keys(config, "leads") == {ids[7]}
    assert pulls(config, "leads_api") == [("done", 3, 450), ("done", 2, 3)]


@pytest.mark.parametrize("wrong", [-7200, 7200])
def test_the_watermark_is_their_clock_and_not_ours(zoho, installed, monkeypatch, wrong):
    ids = fill(zoho, 3)
    monkeypatch.setattr("pipeline.pull.CLOCK", Clock(lambda: zoho.clock.now() + wrong, zoho.clock.sleep))
    config = installed(overlap_minutes=0)
    pull(config)
    zoho.put("Leads", ids[1], Email="soon@x.com")
    zoho.clock.time += 60
    pull(config)
    assert held(config) == truth(zoho)


def test_nothing_changed(zoho, installed):
    fill(zoho, 3)
    config = installed()
    pull(config)
    zoho.clock.time += 86_400
    held = files(config)
    assert pull(config).status == "unchanged"
    assert files(config) == held


def test_beyond_2000_by_token(zoho, installed):
    fill(zoho, 2_450)
    config = installed()
    pull(config)
    assert held(config) == truth(zoho)
    assert sum("page_token" in call.params for call in zoho.calls) == 3


def test_exactly_2000(zoho, installed):
    fill(zoho, 2_000)
    config = installed()
    pull(config)
    assert pulls(config, "leads_api") == [("done", 10, 2_000)]


def test_file_and_api_are_one_record(zoho, installed):
    from tests.spec.connectors.deliveries.writing import archive, table

    contact = zoho.put("Contacts", First_Name="Ann", Last_Name="Lee", Email="ann@x.com")
    key = zoho.put(
        "Leads", First_Name="Ann", Last_Name="Lee", Email="new@x.com", Email_Opt_Out=True,
        Converted_Contact={"name": "Ann Lee", "id": contact},
    )  # fmt: skip
    config = installed()
    export = config.inbox / "crm/zoho/zoho-2026-03-01.zip"
    export.parent.mkdir(parents=True)
    old = {"Record Id": f"zcrm_{key}", "Last Name": "Lee", "Email": "old@x.com", "Modified Time": "2026-02-01 08:00:00"}
    export.write_bytes(archive(Leads_001=table(old)))
    pull(config)
    take_in(config)
    assert query(config, "select source_record_id, email from standard.record") == [(key, "new@x.com")]
    assert query(config, "select value from standard.identifier where namespace = 'zoho_contact'") == [(contact,)]
    assert query(config, "select status from standard.consent") == [("denied",)]


class TestBulk:
    def test_first_pull(self, zoho, installed):
        fill(zoho, 700)
        zoho.bulk_rows = 300
        config = installed(bulk=True)
        pull(config)
        take_in(config)
        assert standard_rows(config, "leads") == truth(zoho)
        assert len(zoho.jobs) == 3
        # The waiting is the clock's: 5 s, 10 s for each job.
        assert zoho.clock.slept == [5, 10] * 3

    def test_contacts_keep_their_company(self, zoho, installed):
        zoho.put(
            "Contacts", Last_Name="Ray", Account_Name={"name": "Far Hills", "id": "77"}, Date_of_Birth="1990-06-01"
        )
        config = installed(bulk=True, streams=["contacts_api"])
        pull(config)
        take_in(config)
        assert query(config, "select full_name, company, birth_date::varchar from standard.record") == [
            ("Ray", "Far Hills", "1990-06-01")
        ]

    def test_changes_while_the_job_runs(self, zoho, installed):
        ids = fill(zoho, 20)

        def change():
            zoho.put("Leads", ids[0], Email="late@x.com")
            zoho.delete("Leads", ids[1])

        zoho.faults.append(happening(change, lambda call: call.path.endswith("/result")))
        config = installed(bulk=True)
        pull(config)
        take_in(config)
        assert standard_rows(config, "leads") == truth(zoho)
        assert deleted_keys(config, "leads") == {ids[1]}

    def test_failing_jobs_give_way_to_pages(self, zoho, installed):
        fill(zoho, 20)
        zoho.job_state = "FAILURE"
        config = installed(bulk=True)
        pull(config)
        take_in(config)
        assert standard_rows(config, "leads") == truth(zoho)
        assert len(zoho.jobs) == 2

    def test_downloads_keep_to_ten_a_minute(self, zoho, installed):
        fill(zoho, 24)
        zoho.bulk_rows, zoho.polls = 2, 0
        config = installed(bulk=True)
        pull(config)  # the server would have noted an eleventh
        assert len(zoho.jobs) == 12

    def test_resumed_job_is_not_made_again(self, zoho, installed, monkeypatch):
        fill(zoho, 20)
        config = installed(bulk=True)
        zoho.faults.append(interrupting(lambda call: call.path.endswith("/result")))
        with pytest.raises(KeyboardInterrupt):
            pull_interrupted(config, zoho, monkeypatch)
        pull(config)
        take_in(config)
        assert standard_rows(config, "leads") == truth(zoho)
        assert len(zoho.jobs) == 1


def interrupting(when, at: int = 1):
    """A fault that makes the client's process stop at the `at`th matching call; see pull_interrupted."""
    seen = 0

    def fault(call):
        nonlocal seen
        seen += bool(when(call))
        return Answer(599) if when(call) and seen == at else None

    return fault


def pull_interrupted(config, server, monkeypatch):
    """Pull as a process that is stopped as soon as it hears a 599."""
    call = Transport.call

    def stopping(self, request):
        answer = call(self, request)
        if getattr(answer, "status", None) == 599:
            raise KeyboardInterrupt
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "call", stopping)
        pull(config)


FAULTS = {
    "token expires": lambda zoho: happening(zoho.expire_tokens, page(2)),
    "429 without Retry-After": lambda zoho: once(error("TOO_MANY_REQUESTS", 429), page(2), times=3),
    "429 with Retry-After": lambda zoho: once(Answer(429, headers={"Retry-After": "30"}), page(2)),
    "500": lambda zoho: once(error("INTERNAL_ERROR", 500), page(2)),
    "502 of a proxy": lambda zoho: once(Answer(502, b"<html>bad gateway</html>"), page(2)),
    "200 of a proxy": lambda zoho: once(Answer(200, b"<html>log in</html>"), page(2)),
    "200 with an error code": lambda zoho: once(error("INTERNAL_ERROR", 200), page(2)),
    "cut before the body": lambda zoho: once(Answer(200, b"x" * 5000, cut=0), page(2)),
    "cut inside the body": lambda zoho: once(Answer(200, b'{"data": [' + b" " * 5000, cut=1000), page(2)),
    "207 of temporary failures": lambda zoho: once(
        Answer.of({"data": [{"status": "success"}, {"status": "error", "code": "INTERNAL_ERROR"}]}, 207), page(2)
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(zoho, installed, fault):
    ids = fill(zoho, 450)
    zoho.faults.append(FAULTS[fault](zoho))
    config = installed()
    pull(config)
    assert pulled(config) == set(ids)


def pulled(config, stream="leads_api") -> set[str]:
    found = (config.inbox / "api/zoho" / stream).glob("*.ndjson")
    return {json.loads(line)["id"] for path in found for line in path.read_text(encoding="utf-8").splitlines()}


def test_retry_after_is_kept(zoho, installed):
    fill(zoho, 450)
    zoho.faults.append(FAULTS["429 with Retry-After"](zoho))
    pull(installed())
    assert 30 <= zoho.clock.slept[0] <= 31


def test_slow_answer_counts_as_none(zoho, installed, monkeypatch):
    ids = fill(zoho, 10)
    monkeypatch.setattr("pipeline.pull.Transport", lambda base_url: Transport(base_url, timeout=0.2))
    zoho.faults.append(once(Answer(hang=True), lists))
    config = installed()
    pull(config)
    assert pulled(config) == set(ids)


CHANGES = {
    "inserted": lambda zoho, ids: zoho.put(
        "Leads", First_Name="Bo", Last_Name="Ray", Email="bo@x.com", Mobile="13912345678"
    ),
    "modified, already read": lambda zoho, ids: zoho.put("Leads", ids[5], Email="later@x.com"),
    "modified, still to come": lambda zoho, ids: zoho.put("Leads", ids[-1], Email="later@x.com"),
    "deleted, already read": lambda zoho, ids: zoho.delete("Leads", ids[5]),
    "deleted, still to come": lambda zoho, ids: zoho.delete("Leads", ids[-1]),
    "deleted, several": lambda zoho, ids: [zoho.delete("Leads", each) for each in ids[:150]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(zoho, installed, change):
    ids = fill(zoho, 650)
    zoho.faults.append(happening(lambda: CHANGES[change](zoho, ids), page(3)))
    config = installed()
    pull(config)
    # What changed behind the place that was read belongs to the next pull; everything else is there now.
    assert set(zoho.modules["Leads"]) <= pulled(config)
    zoho.clock.time += 60
    pull(config)
    assert held(config) == truth(zoho)


def test_watermark_stays_when_deletions_do_not_end(zoho, installed):
    ids = iter(fill(zoho, 650))
    zoho.faults.append(lambda call: zoho.delete("Leads", next(ids)) if page(2)(call) else None)
    config = installed()
    pull(config)
    assert query(config, "select watermark from ops.pull") == [(None,)]


@pytest.mark.parametrize("at", [2, 5, 12])
def test_stopped_and_resumed(zoho, installed, monkeypatch, at):
    fill(zoho, 2_450)
    config = installed()
    zoho.faults.append(interrupting(lists, at))
    with pytest.raises(KeyboardInterrupt):
        pull_interrupted(config, zoho, monkeypatch)
    assert pulls(config, "leads_api") == [("running", at - 1, (at - 1) * 200)]
    before = len(zoho.calls)
    pull(config)
    # It goes on where it was: a token, the pages that were left, the deleted ones.
    assert len(zoho.calls) - before == 1 + 13 - (at - 1) + 1
    assert held(config) == truth(zoho)
    assert pulls(config, "leads_api") == [("done", 13, 2_450)]


def test_stopped_between_file_and_state(zoho, installed, monkeypatch):
    from pipeline import pull as stage

    fill(zoho, 450)
    config = installed()
    keep, seen = stage._keep, []

    def stopping(*arguments, **named):
        seen.append(1)
        if len(seen) == 3:
            raise KeyboardInterrupt
        keep(*arguments, **named)

    monkeypatch.setattr(stage, "_keep", stopping)
    with pytest.raises(KeyboardInterrupt):
        pull(config)
    monkeypatch.setattr(stage, "_keep", keep)
    take_in(config)  # somebody ingests in between
    pull(config)
    take_in(config)
    assert standard_rows(config, "leads") == truth(zoho)
    assert not [name for name in files(config) if name.endswith(".part")]


def test_page_token_expired_while_stopped(zoho, installed, monkeypatch):
    fill(zoho, 2_650)
    config = installed()
    zoho.faults.append(interrupting(lists, 12))
    with pytest.raises(KeyboardInterrupt):
        pull_interrupted(config, zoho, monkeypatch)
    zoho.clock.time += 2 * 86_400
    pull(config)
    assert held(config) == truth(zoho)


def test_more_than_50_fields(zoho, installed):
    names = [f"Custom_{number}" for number in range(80)]
    key = zoho.put("Leads", Last_Name="Ray", Custom_0="first", Custom_79=12345678901234567890123)
    config = installed(fields={"Leads": names})
    pull(config)
    (path,) = (config.inbox / "api/zoho/leads_api").glob("*.ndjson")
    record = json.loads(path.read_text(encoding="utf-8"))
    assert (record["id"], record["Custom_0"], record["Custom_79"]) == (key, "first", 12345678901234567890123)


REFUSALS = {
    "wrong client": (once(Answer.of({"error": "invalid_client"}), times=9), "the accounts server gives no token"),
    "no permission": (once(error("NO_PERMISSION", 403), lists, times=9), "the credentials do not allow this"),
    "credits used up": (
        once(Answer.of({"code": "TOO_MANY_REQUESTS", "status": "error"}, 429, headers={"X-API-CREDITS-REMAINING": "0"}), lists),
        "no API credits left",
    ),
    "always busy": (once(error("INTERNAL_ERROR", 500), lists, times=99), "the system is busy or broken"),
    "wrong request": (once(error("INVALID_DATA", 400), lists, times=9), "the request is refused"),
    "redirected": (once(Answer(302, headers={"Location": "http://127.0.0.1:9/"}), lists, times=9), "the request is refused"),
}  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals(zoho, installed, refusal):
    fill(zoho, 10)
    fault, text = REFUSALS[refusal]
    zoho.faults.append(fault)
    config = installed(streams=["leads_api"])
    with pytest.raises(StageFailed, match=f"^zoho/leads_api: {text}") as failure:
        pull(config)
    assert pulls(config, "leads_api") == [("failed", 0, 0)]
    for secret in (*SECRETS.values(), "1000.token", "ann0"):
        assert secret not in str(failure.value)


def test_a_failed_pull_goes_on(zoho, installed):
    fill(zoho, 650)
    zoho.faults.append(once(error("INTERNAL_ERROR", 500), page(3), times=8))
    config = installed()
    with pytest.raises(StageFailed):
        pull(config)
    assert pulls(config, "leads_api") == [("failed", 2, 400)]
    pull(config)
    assert held(config) == truth(zoho)


def test_full_asks_for_everything_again(zoho, installed):
    fill(zoho, 450)
    config = installed()
    pull(config)
    zoho.clock.time += 86_400
    pull(config, full=True)
    assert pulls(config, "leads_api") == [("done", 3, 450), ("done", 3, 450)]


def test_one_token_for_all_streams(zoho, installed):
    fill(zoho, 10)
    fill(zoho, 10, "Contacts")
    pull(installed(streams=["leads_api", "contacts_api"]))
    assert len(zoho.tokens) == 1
