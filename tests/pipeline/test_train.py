"""`guiyi train`: learning and comparing change nobody, a comparison foretells what a switch does, and there is a way back.

The command line's tests share one demo of 300 persons, made once: an epoch learned from some of its sources and pinned,
then another source taken in, then a candidate learned. A last source waits to be delivered.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb
import pytest

from identity.resolution import Resolution
from identity.settings import BlockLimits, Settings
from pipeline.demo.exports import write_demo
from pipeline.epoch_comparison import EpochComparison, compare_epochs
from pipeline.epochs import (
    KEPT,
    KEPT_EPOCHS,
    KnownEpoch,
    forget_epochs,
    list_epochs,
    previous_epoch,
    store_epoch,
    switch_epoch,
)
from tests.pipeline.demo_home import Told, enter, guiyi
from tests.warehouse.drawn import draw, own_records, parse, warehouse

MORNING = datetime(2026, 1, 1)

# --- The comparison, on drawn customers.

EPOCHS = [
    KnownEpoch(name, MORNING, 9, threshold, "f", status, False, False, None)
    for name, threshold, status in (("E1", 8.0, "current"), ("E2", 7.0, "candidate"))
]

# Customers now, groups then: letters are records. What changes: merged into, split into, records that change company.
CHANGES = {
    "nothing": ("ab c", "ab c", (0, 0, 0, 0, 0)),
    "a merge of two": ("ab c", "abc", (2, 1, 0, 0, 3)),
    "a merge of three, and one of two": ("a b c d e f", "abc de f", (5, 2, 0, 0, 5)),
    "a split": ("abc d", "ab c d", (0, 0, 1, 2, 3)),
    "a split into three": ("abc", "a b c", (0, 0, 1, 3, 3)),
    "a record that moves is a split and a merge": ("abc de", "ab cde", (2, 1, 1, 2, 5)),
    "as many records with the same first one are not the same company": ("abc de", "abd ce", (2, 2, 2, 4, 5)),
    "records that came and went since are left out": ("ab cx", "aby c", (0, 0, 0, 0, 0)),
}


def groups(text: str) -> dict[str, str]:
    """C1="a b", C2="c" of "ab c"."""
    return {f"C{number}": " ".join(group) for number, group in enumerate(text.split(), 1)}


def compare(now: str, then: str, decisions: str = "", models: str = "", members: str = "") -> EpochComparison:
    """The comparison of two partitions."""
    with warehouse() as con:
        own_records(con, **groups(now))
        con.execute("create temp table identity_cluster (record_id varchar, cluster integer)")
        for number, records in enumerate(groups(then).values()):
            con.executemany("insert into identity_cluster values (?, ?)", [(each, number) for each in records.split()])
        con.execute("create temp table _decision (record_id_l varchar, record_id_r varchar, verdict varchar)")
        for left, right, verdict in (each.split("-") for each in decisions.split()):
            con.execute("insert into _decision values (?, ?, ?)", [left, right, verdict])
        con.execute(
            "create table identity.model (epoch varchar, comparison_name varchar, level varchar, weight double)"
        )
        if models:
            draw(con, "identity.model", models)
        if members:
            draw(con, "segment.membership", members)
        return compare_epochs(con, *EPOCHS, resolution_of(then))


def resolution_of(then: str) -> Resolution:
    sizes = [len(group) for group in then.split()]
    return Resolution(
        links="", clusters="identity_cluster", review="", model="", rules="", records=sum(sizes), candidate_pairs=0,
        stored_links=0, customers=len(sizes), largest_customer=max(sizes), records_in_large_customers=0, review_rows=2,
        threshold=7.0,
    )  # fmt: skip


@pytest.mark.parametrize(("now", "then", "changes"), CHANGES.values(), ids=CHANGES.keys())
def test_merges_and_splits_are_counted(now, then, changes):
    found = compare(now, then)
    counted = (found.merged, found.merged_into, found.split, found.split_into, found.records_regrouped)
    assert counted == changes
    assert found.changes_nothing == (changes[-1] == 0)
    sides = [(each.records, each.customers, each.largest_customer) for each in (found.before, found.after)]
    assert sides == [
        (sum(map(len, text.split())), len(text.split()), max(map(len, text.split()))) for text in (now, then)
    ]


def drawn(examples) -> list[tuple[int, int, int, str]]:
    """Customers, parts and records of each example; then what is shown as record:customer:part."""
    return [
        (each.customers, each.parts, each.records,
         " ".join(f"{one.record_id}:{one.customer_id}:{one.part}" for one in each.shown))
        for each in examples
    ]  # fmt: skip


def test_examples_name_records_customers_and_parts_the_largest_first():
    found = compare("ab c def g h", "abc d e f gh")
    assert drawn(found.merges) == [(2, 1, 3, "a:C1:1 b:C1:1 c:C2:1"), (2, 1, 2, "g:C4:1 h:C5:1")]
    assert drawn(found.splits) == [(1, 3, 3, "d:C3:1 e:C3:2 f:C3:3")]
    assert {one.source for each in (*found.merges, *found.splits) for one in each.shown} == {"zoho"}


def test_a_large_example_shows_some_records_of_every_group():
    large, small = "abcdefghijklmnopqrst", "uv"
    (merge,) = compare(f"{large} {small}", large + small).merges
    assert (merge.records, len(merge.shown)) == (22, 12)
    assert [each.record_id for each in merge.shown if each.customer_id == "C2"] == ["u", "v"]
    (split,) = compare(large + small, f"{large} {small}").splits
    assert [each.record_id for each in split.shown if each.part == 2] == ["u", "v"]


def test_at_most_ten_examples_are_given():
    assert len(compare(" ".join("abcdefghijklmnopqrstuvwx"), "ab cd ef gh ij kl mn op qr st uv wx").merges) == 10


def test_members_of_segments_are_counted_by_what_becomes_of_their_customer():
    found = compare(
        "ab c def gh i", "abc de fgh i",
        members="""
            | segment | customer_id | entered_on |
            | buyers  | C1          | 2026-01-01 |
            | buyers  | C3          | 2026-01-01 |
            | buyers  | C4          | 2026-01-01 |
            | buyers  | C5          | 2026-01-01 |
            | fans    | C5          | 2026-01-01 |
            | fans    | C9          | 2026-01-01 |
        """,
    )  # fmt: skip
    # C3 is split, and what leaves it joins C4.
    assert [asdict(each) for each in found.segments] == [
        {"segment": "buyers", "members": 4, "affected": 3, "merged": 3, "split": 1},
        {"segment": "fans", "members": 2, "affected": 0, "merged": 0, "split": 0},
    ]


# Decisions on the records of "ab c" now and "a bc" then: how many are not followed on either side.
DECISIONS = {
    "none": ("", 0, 0),
    "different, kept by both": ("a-c-different", 0, 0),
    "different, together now": ("a-b-different", 1, 0),
    "same, apart then": ("a-b-same", 0, 1),
    "same, apart now; different, together then": ("b-c-same b-c-different", 1, 1),
    "on a record that is not there": ("a-x-same", 0, 0),
}


@pytest.mark.parametrize(("decisions", "before", "after"), DECISIONS.values(), ids=DECISIONS.keys())
def test_decisions_that_are_not_followed_are_counted(decisions, before, after):
    found = compare("ab c", "a bc", decisions)
    assert (found.before.contradicted, found.after.contradicted) == (before, after)


def test_the_weights_that_moved_most_come_first():
    found = compare("a", "a", models="""
        | epoch | comparison_name | level     | weight |
        | E1    | phone           | same      | 12     |
        | E1    | phone           | different | -2     |
        | E1    | email           | same      | 10     |
        | E1    | email           | gone      | 3      |
        | E2    | phone           | same      | 12.05  |
        | E2    | phone           | different | -4.5   |
        | E2    | email           | same      | 11     |
        | E2    | wechat_unionid  | same      | 14     |
        | E3    | phone           | same      | 99     |
    """)  # fmt: skip
    assert [(each.comparison, each.level, each.before, each.after) for each in found.weights] == [
        ("wechat_unionid", "same", None, 14.0),
        ("email", "gone", 3.0, None),
        ("phone", "different", -2.0, -4.5),
        ("email", "same", 10.0, 11.0),
    ]


# --- What is kept of epochs.

OTHER_SETTINGS = Settings(blocks=BlockLimits(largest_block=150))

KNOWN = """
    | epoch | learned_at | records | threshold | fingerprint | status    | pinned | applied | switched_at |
    | P1    | 2026-01-01 | 1       | 8         | f           | past      | false  | false   | 2026-01-01  |
    | P2    | 2026-01-02 | 1       | 8         | f           | past      | false  | false   | 2026-01-20  |
    | P3    | 2026-01-03 | 1       | 8         | f           | past      | false  | false   | 2026-01-03  |
    | P4    | 2026-01-04 | 1       | 8         | f           | past      | false  | false   | 2026-01-04  |
    | NOW   | 2026-01-05 | 1       | 8         | f           | current   | true   | true    | 2026-01-21  |
    | N1    | 2026-01-06 | 1       | 8         | f           | candidate | false  | false   |             |
    | N2    | 2026-01-07 | 1       | 8         | f           | candidate | false  | false   |             |
    | N3    | 2026-01-08 | 1       | 8         | f           | candidate | false  | false   |             |
    | N4    | 2026-01-09 | 1       | 8         | f           | candidate | false  | false   |             |
"""


@pytest.fixture
def epochs():
    """A warehouse with epochs of which every table holds one row."""
    with warehouse() as con:
        draw(con, "identity.epoch", KNOWN)
        for table in KEPT.values():
            con.execute(f"create table {table} as select epoch from identity.epoch")
        yield con


def kept(con, table: str) -> set[str]:
    return {name for (name,) in con.execute(f"select epoch from {table}").fetchall()}


@pytest.mark.parametrize(
    ("keep", "gone"),
    [(None, {"P1", "N1"}), ("P1", {"N1"}), ("N1", {"P1"})],
    ids=["as usual", "a past one", "a new one"],
)
def test_values_of_old_epochs_go_candidates_and_past_ones_apart(epochs, keep, gone):
    assert KEPT_EPOCHS == 3
    forget_epochs(epochs, keep=keep)
    known = {row["epoch"] for row in parse(KNOWN)}
    assert {table: kept(epochs, table) for table in KEPT.values()} == {
        table: known if table == "identity.model" else known - gone for table in KEPT.values()
    }


def test_the_previous_epoch_is_the_one_in_force_last(epochs):
    assert previous_epoch(epochs).epoch == "P2"
    switch_epoch(epochs, "N4", MORNING + timedelta(days=40), pinned=True)
    assert previous_epoch(epochs).epoch == "NOW"
    # What is past is nobody's choice any more.
    assert epochs.execute("select epoch from identity.epoch where pinned").fetchall() == [("N4",)]


@pytest.mark.parametrize(
    ("settings", "is_applied"), [(Settings(), True), (OTHER_SETTINGS, False)], ids=["same settings", "other settings"]
)
def test_learning_the_same_again_keeps_the_date_and_takes_the_settings(settings, is_applied):
    with warehouse() as con:
        con.execute("create temp table identity_model as select 8.0 as threshold")
        for table in KEPT.keys() - {"identity_model"}:
            con.execute(f"create temp table {table} as select 1 as value")
        name = store_epoch(con, Settings(), 9, MORNING)
        switch_epoch(con, name, MORNING, pinned=True, applied=True)
        assert store_epoch(con, settings, 10, MORNING + timedelta(days=1)) == name
        (found,) = list_epochs(con)
        assert (found.learned_at, found.records, found.status, found.pinned) == (MORNING, 9, "current", True)
        assert (found.fits(settings), found.applied) == (True, is_applied)
        for table in KEPT.values():
            assert con.execute(f"select epoch, learned_at from {table}").fetchall() == [(name, MORNING)]


# --- The command, on a demo.

FIRST, SECOND, LAST = ("crm/zoho", "social/wechat"), ("store/shopify",), ("store/taobao",)


@dataclass(frozen=True)
class Trained:
    """An installation, the exports it is delivered from, its epochs, and what `guiyi train` said of the candidate."""

    home: Path
    exports: Path
    pinned: str
    candidate: str
    told: Told

    def copy(self, target: Path, patch: pytest.MonkeyPatch) -> "Trained":
        """The same elsewhere, to be written to."""
        shutil.copytree(self.home, target)
        _enter(patch, target)
        return Trained(target, self.exports, self.pinned, self.candidate, self.told)

    def deliver(self, *folders: str) -> None:
        for folder in folders:
            shutil.copytree(self.exports / folder, self.home / "inbox" / folder)

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()

    def customers(self) -> dict[str, str]:
        """Customer of every record."""
        return dict(self.rows("select record_id, customer_id from identity.record_customer"))

    def company(self) -> set[tuple[str, ...]]:
        """The records of every customer."""
        return {tuple(row[0]) for row in self.rows(
            "select list(record_id order by record_id) from identity.record_customer group by customer_id"
        )}  # fmt: skip

    def resolved(self) -> tuple[str, str]:
        """The way resolve went last, and under which epoch."""
        ((detail,),) = self.rows("select detail from ops.run where stage = 'resolve' order by started_at desc limit 1")
        counts = json.loads(detail)["counts"]
        return counts["way"], counts["epoch"]

    def states(self) -> dict[str, tuple[str, bool]]:
        """Status of every epoch, and whether it is pinned."""
        return {epoch: (status, pinned) for epoch, status, pinned in
                self.rows("select epoch, status, pinned from identity.epoch")}  # fmt: skip


def _enter(patch: pytest.MonkeyPatch, home: Path) -> None:
    enter(patch, home)
    # Tables of a few hundred records count as large ones, which can be resolved by increments.
    patch.setattr("identity.blocking.EVERY_PAIR", 1_000)


def run(*commands: str) -> list[Told]:
    """Run commands that have to go well."""
    told = [guiyi(*each.split()) for each in commands]
    assert [each.err for each in told if each.code] == []
    return told


@cache
def trained_home(base: Path) -> Trained:
    """The shared installation, made once."""
    made = Trained(base / "train_home" / "home", base / "train_home" / "exports", "", "", Told(0, "", ""))
    with pytest.MonkeyPatch.context() as patch:
        _enter(patch, made.home)
        write_demo(made.exports, customers=300, seed=4, days=6)
        made.deliver(*FIRST)
        run("run")
        ((pinned,),) = made.rows("select epoch from identity.epoch")
        run(f"train --switch {pinned}")
        made.deliver(*SECOND)
        run("run")
        assert made.resolved() == ("full", pinned)
        (told,) = run("train")
        ((candidate,),) = made.rows("select epoch from identity.epoch where status = 'candidate'")
    return Trained(made.home, made.exports, pinned, candidate, told)


@pytest.fixture
def shared(monkeypatch, tmp_path_factory):
    """To be read."""
    made = trained_home(tmp_path_factory.getbasetemp())
    _enter(monkeypatch, made.home)
    return made


@pytest.fixture
def trained(shared, tmp_path, monkeypatch):
    """To be written to."""
    return shared.copy(tmp_path / "home", monkeypatch)


def checksums(trained: Trained) -> dict[str, tuple]:
    """Rows and an order-free hash of every table but the book of runs and what is kept of epochs."""
    left_out = ("identity.epoch", *KEPT.values())
    tables = trained.rows("select schema_name || '.' || table_name from duckdb_tables() where schema_name <> 'ops'")
    return {
        name: trained.rows(f"select count(*), sum(hash(t)) from {name} as t")[0]
        for (name,) in tables
        if name not in left_out
    }


def as_json(command: str) -> dict:
    (told,) = run(f"{command} --json")
    return json.loads(told.out)


def test_learning_and_comparing_change_nobody(trained):
    before, states = checksums(trained), trained.states()
    assert states == {trained.pinned: ("current", True), trained.candidate: ("candidate", False)}
    assert {"identity.prepared", "identity.edge", "identity.record_customer"} < set(before)
    # Learning the same again is the same epoch.
    assert as_json("train") == as_json(f"train --compare {trained.candidate}")
    # What is in force would change nothing.
    found = as_json(f"train --compare {trained.pinned}")
    assert (found["records_regrouped"], found["weights"], found["merges"], found["splits"]) == (0, [], [], [])
    assert found["before"] == found["after"]
    assert (checksums(trained), trained.states()) == (before, states)
    (told,) = run("run")
    assert [line.split()[2] for line in told.out.splitlines() if line.startswith("=")] == ["unchanged"] * 6


def test_learning_says_what_would_change_without_any_value(shared):
    assert f"learned epoch {shared.candidate} from " in shared.told.out
    assert f"`guiyi train --switch {shared.candidate}` puts it in force" in shared.told.out
    for said in ("weights that moved most", "change company", "members of segments", "largest customer"):
        assert said in shared.told.out
    found = run(f"train --compare {shared.candidate} --json", "train --list")
    told = shared.told.out.lower() + "".join(each.out.lower() for each in found)
    details = "".join(row[0] for row in shared.rows("select detail from ops.run where stage = 'train'"))
    persons = shared.rows("select email, phone, full_name, source_record_id from standard.record")
    values = {value.lower() for row in persons for value in row if value and len(value) > 5}
    assert len(values) > 500
    assert sum(value in told + details.lower() for value in values) == 0


def test_a_comparison_foretells_what_the_switch_does(trained):
    found = as_json(f"train --compare {trained.candidate}")
    before, company = trained.customers(), trained.company()
    run(f"train --switch {trained.candidate}", "resolve")
    assert trained.resolved() == ("full", trained.candidate)
    after, regrouped = trained.customers(), company - trained.company()
    assert found["records_regrouped"] == sum(len(records) for records in regrouped) > 0
    assert found["before"]["customers"] == len(set(before.values()))
    assert found["after"]["customers"] == len(set(after.values()))
    assert found["after"]["review"] == trained.rows("select count(*) from identity.review")[0][0]
    (counts,) = trained.rows("select max(records), sum(records) from (select count(*) as records from "
                             "identity.record_customer group by customer_id)")  # fmt: skip
    assert (found["after"]["largest_customer"], found["after"]["records"]) == counts
    assert found["merges"] or found["splits"]
    for example in (*found["merges"], *found["splits"]):
        shown = example["shown"]
        assert [each["customer_id"] for each in shown] == [before[each["record_id"]] for each in shown]
        groups = {(each["part"], after[each["record_id"]]) for each in shown}
        assert len(groups) == len({part for part, _ in groups}) == len({customer for _, customer in groups})
    touched = {example["shown"][0]["customer_id"] for example in found["splits"]}
    split = {customer for customer in before.values()
             if len({after[record] for record in before if before[record] == customer}) > 1}  # fmt: skip
    assert (len(split), touched <= split) == (found["split"], True)


def test_after_a_switch_what_is_new_is_taken_in_by_an_increment_that_equals_a_full_resolution(trained):
    run(f"train --switch {trained.candidate}", "run")
    assert trained.resolved() == ("full", trained.candidate)
    records = len(trained.customers())
    trained.deliver(*LAST)
    run("run")
    assert trained.resolved() == ("increment", trained.candidate)
    assert len(trained.customers()) > records
    tables = ("identity.record_customer", "identity.link", "identity.review")
    before = {table: trained.rows(f"from {table} order by all") for table in tables}
    run("resolve --full-refresh")
    assert trained.resolved() == ("full", trained.candidate)
    assert {table: trained.rows(f"from {table} order by all") for table in tables} == before


def test_the_way_back(trained):
    company = trained.company()
    run(f"train --switch {trained.candidate} --by li.na", "resolve")
    assert trained.company() != company
    (told,) = run("train --rollback --by wang.wei")
    assert f"epoch {trained.pinned} is in force instead of {trained.candidate} and pinned" in told.out
    assert trained.states() == {trained.pinned: ("current", True), trained.candidate: ("past", False)}
    assert as_json("train --list")["waiting"] == ["train"]
    run("resolve")
    assert trained.resolved() == ("full", trained.pinned)
    assert trained.company() == company
    assert as_json("train --list")["waiting"] == []
    # Back from the way back.
    run("train --rollback --by wang.wei", "resolve")
    assert trained.resolved() == ("full", trained.candidate)
    audit = (
        "select actor, action, subject, detail from ops.audit where action in ('switch', 'rollback') order by acted_at"
    )
    assert trained.rows(audit)[1:] == [
        ("li.na", "switch", trained.candidate, json.dumps({"before": trained.pinned})),
        ("wang.wei", "rollback", trained.pinned, json.dumps({"before": trained.candidate})),
        ("wang.wei", "rollback", trained.candidate, json.dumps({"before": trained.pinned})),
    ]


def test_the_system_says_who_switches_unless_told(trained, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "zhang.san")
    run(f"train --switch {trained.candidate}")
    assert trained.rows("select actor from ops.audit order by acted_at desc limit 1") == [("zhang.san",)]

    def nobody():
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    told = guiyi("train", "--rollback")
    assert (told.code, "say it with --by" in told.err) == (2, True)


def test_an_epoch_in_force_is_only_pinned_and_left_as_it_is(trained):
    run("train --automatic")
    assert trained.states()[trained.pinned] == ("current", False)
    run("resolve")
    ((current,),) = trained.rows("select epoch from identity.epoch where status = 'current'")
    (told,) = run(f"train --switch {current}")
    assert f"epoch {current} was in force already; it is pinned now" in told.out
    assert trained.states()[current] == ("current", True)
    (told,) = run("resolve")
    assert told.out.startswith("=")


def test_pinned_epochs_stay_applied(trained):
    run(f"train --switch {trained.pinned}")
    trained.deliver(*LAST)
    run("ingest", "standardise", "resolve")
    assert trained.resolved() == ("increment", trained.pinned)


def test_left_to_itself_the_pipeline_learns_again(trained):
    (told,) = run("train --automatic --by li.na")
    assert f"epoch {trained.pinned} is not pinned any more" in told.out
    audit = "select actor, action, subject from ops.audit order by acted_at desc limit 1"
    assert trained.rows(audit) == [("li.na", "automatic", trained.pinned)]
    run("resolve")
    assert trained.resolved() == ("learn", trained.candidate)
    (told,) = run("train --automatic", "resolve")[:1]
    assert "no epoch was pinned" in told.out


def test_a_stewards_different_outlives_switches(trained):
    (pair,) = trained.rows("""
        select list(source || '/' || stream || '/' || source_record_id order by record_id)[:2]
        from identity.record_customer group by customer_id
        order by count(*) = 2 desc, min(record_id) limit 1
    """)
    names = tuple(pair[0])

    def customers() -> list[tuple[str]]:
        return trained.rows(f"select customer_id from identity.record_customer "
                            f"where source || '/' || stream || '/' || source_record_id in {names}")  # fmt: skip

    assert len(set(customers())) == 1
    assert guiyi("decide", "different", *names, "--by", "li.na").code == 0
    found = as_json(f"train --compare {trained.candidate}")
    assert (found["waiting"], found["before"]["contradicted"], found["after"]["contradicted"]) == (["decide"], 1, 0)
    for commands in (
        ["resolve"],
        ["train", f"train --switch {trained.candidate}", "resolve"],
        ["train --rollback", "resolve"],
        ["train --automatic", "resolve"],
    ):
        run(*commands)
        assert len(set(customers())) == 2


def test_the_list_says_how_far_the_records_have_drifted(trained):
    trained.deliver(*LAST)
    run("ingest", "standardise")
    found = as_json("train --list")
    records = trained.rows("select count(*) from standard.record")[0][0]
    assert (found["records"], found["waiting"]) == (records, ["standardise"])
    assert {each["epoch"]: (each["status"], each["pinned"], each["usable"]) for each in found["epochs"]} == {
        trained.candidate: ("candidate", False, True),
        trained.pinned: ("current", True, True),
    }
    (told,) = run("train --list")
    (line,) = [line for line in told.out.splitlines() if line.startswith(trained.pinned)]
    then = found["epochs"][-1]["records"]
    assert f" {then:,} " in line
    assert f"+{(records - then) / then:.1%}" in line
    assert "current, pinned" in line
    assert "waiting for `guiyi run`: new records" in told.out


def assert_refused(command: str, said: str, code: int = 1) -> None:
    told = guiyi(*command.split())
    assert (told.code, told.out) == (code, "")
    assert said in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", ["train --compare", "train --switch"])
def test_an_unknown_epoch_is_refused_with_those_there_are_and_nothing_is_recorded(shared, command):
    runs = shared.rows("from ops.run order by all")
    assert_refused(f"{command} E0123456789a", f"there are {shared.candidate}, {shared.pinned}")
    assert shared.rows("from ops.run order by all") == runs


def test_before_a_second_epoch_there_is_no_way_back(shared):
    assert_refused("train --rollback", "there is no epoch to go back to")


def test_an_epoch_of_other_settings_is_unusable(trained, tmp_path, monkeypatch):
    shutil.copytree(Path(__file__).parents[2] / "config", tmp_path / "config")
    settings = tmp_path / "config" / "identity.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("max_persons = 3", "max_persons = 4"), "utf-8")
    monkeypatch.setenv("GUIYI_CONFIG", str(tmp_path / "config" / "guiyi.toml"))
    for command in ("train --compare", "train --switch"):
        assert_refused(f"{command} {trained.candidate}", "learned with other identity settings")
    (told,) = run("train --list")
    assert told.out.count("unusable") == 3  # two epochs, and what it means
    # Learning with the new settings still works, and compares with what is in force.
    assert as_json("train")["before"]["epoch"] == trained.pinned


def test_an_epoch_whose_values_went_is_unusable(trained):
    with duckdb.connect(str(trained.home / "warehouse.duckdb")) as con:
        con.execute("delete from identity.frequency where epoch = ?", [trained.candidate])
    assert_refused(f"train --switch {trained.candidate}", "too old")
    assert [each["usable"] for each in as_json("train --list")["epochs"]] == [False, True]


@pytest.mark.parametrize(
    "command", ["train", "train --list", "train --compare E1", "train --switch E1", "train --rollback"]
)
def test_before_anything_is_resolved_it_says_so(monkeypatch, tmp_path, command):
    enter(monkeypatch, tmp_path / "home")
    assert_refused(command, "run `guiyi run` first")
    assert not (tmp_path / "home").exists()
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    run("ingest", "standardise", "resolve")
    assert_refused(command, "nothing has been resolved yet: run `guiyi run` first")


WRONG_USE = {
    "two things at once": "--list --rollback",
    "a switch and a way back": "--switch E1 --rollback",
    "no epoch to compare": "--compare",
    "JSON of a switch": "--switch E1 --json",
    "somebody who only looks": "--list --by li.na",
    "somebody who learns": "--by li.na",
}


@pytest.mark.parametrize("arguments", WRONG_USE.values(), ids=WRONG_USE.keys())
def test_wrong_use_is_2(monkeypatch, tmp_path, arguments):
    enter(monkeypatch, tmp_path)
    assert_refused(f"train {arguments}", "Usage: guiyi train", code=2)


def test_help_names_every_option(monkeypatch, tmp_path):
    enter(monkeypatch, tmp_path)
    (told,) = run("train --help")
    options = ("--list", "--compare", "--switch", "--rollback", "--automatic", "--by", "--json", "[epochs]")
    assert [option for option in options if option not in told.out] == []
