"""The `guiyi` command: help that names everything, exit codes, and errors that say what to do."""

import json
import re

import pytest

from pipeline.command_line import build_parser
from tests.pipeline.demo_home import demo_home, enter, guiyi

HELP = {
    "": ["demo", "source", "run", "link", "evaluate", "explain", "decide", "train", "segment", "status"],
    "demo": ["OUT", "--customers", "--seed", "--days", "--noise"],
    "source": ["infer", "check", "list", "new", "docs"],
    "source infer": [
        "FILE",
        "--name",
        "--out",
        "--kind",
        "--sheet",
        "--at",
        "--names",
        "--country",
        "--zone",
        "--currency",
        "--date-order",
        "--no-try",
    ],
    "source check": ["NAME", "FILE", "--stream", "--config"],
    "source list": ["--config"],
    "source new": ["NAME", "--channel"],
    "source docs": ["--out"],
    "dictionary": ["TABLE", "--out"],
    "pull": ["--config", "--inbox", "--source", "--full"],
    "run": ["--config", "--inbox", "--source", "--full-refresh", "--as-of"],
    "ingest": ["--inbox", "--source"],
    "standardise": ["--full-refresh"],
    "resolve": ["--full-refresh"],
    "profile": ["--as-of"],
    "publish": ["--config"],
    "extract": ["--as-of"],
    "link": ["RECORDS", "--columns", "--plan", "--out", "--pairs", "--engine", "--encoding", "--settings", "--country"],
    "evaluate": ["CLUSTERS", "--truth", "--record", "--person"],
    "review": ["--limit", "--kind"],
    "explain": ["CUSTOMER_ID", "RECORD", "--html", "--force", "--values"],
    "train": ["--list", "--compare", "--switch", "--rollback", "--automatic", "--by", "--json"],
    "decide": ["same", "different", "RECORD", "--by", "--note"],
    "segment": ["list", "count", "preview", "history", "extract"],
    "segment list": ["--config"],
    "segment count": ["NAME"],
    "segment preview": ["NAME", "--where", "--purpose", "--channel", "--config"],
    "segment history": ["NAME", "--days", "--config"],
    "segment extract": ["NAME", "--by", "--reason", "--delta", "--full", "--config"],
    "segment open": ["FILE", "--out", "--config"],
    "quarantine": ["list", "show", "replay"],
    "quarantine list": ["--source", "--stream", "--reason", "--files", "--config"],
    "quarantine show": ["--limit", "--values", "--out", "--config"],
    "quarantine replay": ["--source", "--stream", "--batch", "--by", "--config"],
    "erase": ["--identifier", "--customer", "--record", "--yes", "--readmit", "--by", "--reason", "--config"],
    "export": ["--identifier", "--customer", "--record", "--out", "--by", "--config"],
    "suppress": ["add", "remove", "import", "list"],
    "suppress add": ["--identifier", "--channel", "--by", "--reason", "--config"],
    "suppress remove": ["--identifier", "--channel", "--by", "--reason", "--config"],
    "suppress import": ["FILE", "--namespace", "--channel", "--by", "--reason", "--config"],
    "suppress list": ["--config"],
    "retention": ["--yes", "--by", "--config"],
    "register": ["--out", "--config"],
    "status": ["--config", "--alarms", "--as-of"],
    "key": ["new", "rotate", "snapshot", "GUIYI_KEY_FILE"],
    "key new": ["--out"],
    "key rotate": ["--new-key-file", "--to-plain", "--yes", "--config"],
    "key snapshot": ["--out", "--config"],
    "audit": ["verify", "list"],
    "audit verify": ["--head", "--config"],
    "audit list": ["--actor", "--action", "--limit", "--config"],
}
WRONG_USE = {
    "no command": "",
    "unknown command": "merge",
    "no folder to write the demo to": "demo",
    "no persons": "demo out --customers 0",
    "persons in words": "demo out --customers many",
    "a day that is none": "run --as-of 2026-02-30",
    "nowhere to write clusters to": "link records.csv",
    "unknown engine": "link records.csv --out c.parquet --engine abacus",
    "no truth": "evaluate clusters.parquet",
    "nothing to explain": "explain",
    "three records to explain": "explain a b c",
    "unknown verdict": "decide perhaps a b --by li.na",
    "nobody who decides": "decide same a b",
    "nobody to erase": "erase",
    "nobody who erases": "erase --identifier email:a@example.com --yes",
    "nowhere to export to": "export --identifier email:a@example.com --by dpo",
    "unknown channel to suppress": "suppress add --identifier email:a@example.com --channel fax --by dpo --reason x",
    "one record to decide about": "decide same a --by li.na",
    "nobody who pulls the extract": "segment extract new_without_purchase",
    "unknown action": "segment delete new_without_purchase",
}


@pytest.mark.parametrize("command", HELP)
def test_help_names_every_argument(monkeypatch, tmp_path, command):
    enter(monkeypatch, tmp_path)
    told = guiyi(*command.split(), "--help")
    assert told.code == 0
    assert [name for name in HELP[command] if name not in told.out] == []


def test_every_command_is_listed_in_one_group(monkeypatch, tmp_path):
    enter(monkeypatch, tmp_path)
    told = guiyi("--help").out
    listed = [line.split()[0] for line in told.partition("the whole way:")[2].splitlines() if line.startswith("  ")]
    (commands,) = (each.choices for each in build_parser()._actions if each.choices)
    assert sorted(listed) == sorted(commands)
    assert "others:" not in told


@pytest.mark.parametrize("command", ["link", "pull", "source infer", "status", "train"])
def test_help_keeps_names_in_brackets(monkeypatch, tmp_path, command):
    # Rich takes [source.NAME] for markup and drops it unless the description escapes it.
    enter(monkeypatch, tmp_path)
    parser = build_parser()
    for word in command.split():
        (parser,) = (each.choices[word] for each in parser._actions if word in (each.choices or ()))
    names = re.findall(r"\[[a-z][\w.]+\]", parser.description)
    assert names != []
    assert [name for name in names if name not in guiyi(*command.split(), "--help").out] == []


def test_no_help_names_settings_unescaped():
    parsers, unescaped = [build_parser()], []
    while parsers:
        parser = parsers.pop()
        unescaped += [parser.prog for _ in re.findall(r"(?<!\\)\[[a-z][\w.]+\]", parser.description or "")]
        for action in parser._actions:
            parsers += action.choices.values() if isinstance(action.choices, dict) else []
    assert unescaped == []


def test_every_command_has_its_help_tested():
    (commands,) = (each.choices for each in build_parser()._actions if each.choices)
    assert set(commands) == {name.split()[0] for name in HELP if name}


@pytest.mark.parametrize("case", WRONG_USE)
def test_wrong_use_is_2_and_shows_the_usage(monkeypatch, tmp_path, case):
    enter(monkeypatch, tmp_path)
    told = guiyi(*WRONG_USE[case].split())
    assert told.code == 2
    assert "usage: guiyi" in told.err.lower()


# What is asked → what is said. {home} is a data directory in which nothing has run yet.
NOTHING_YET = {
    "run --inbox {home}/nowhere": "create it, or name another with --inbox",
    "ingest": "create it, or name another with --inbox",
    "standardise --source till": "no source called 'till' in the configuration; there are",
    "run --config {home}/none.toml": "name a configuration with --config",
    "status": "run `guiyi run` first",
    "explain C1": "run `guiyi run` first",
    "evaluate --truth {home}/truth.parquet": "run `guiyi run` first",
    "decide same a b --by li.na": "run `guiyi run` first",
    "erase --identifier email:a@example.com": "run `guiyi run` first",
    "erase --identifier email:a@example.com --yes --by dpo --reason asked": "run `guiyi run` first",
    "export --identifier email:a@example.com --out {home}/person --by dpo": "run `guiyi run` first",
    "suppress add --identifier email:a@example.com --by dpo --reason asked": "run `guiyi run` first",
    "suppress list": "run `guiyi run` first",
    "segment count new_without_purchase": "run `guiyi run` first",
}


@pytest.mark.parametrize("command", NOTHING_YET)
def test_before_anything_has_run_errors_say_what_to_do(monkeypatch, tmp_path, command):
    enter(monkeypatch, tmp_path / "home")
    told = guiyi(*command.format(home=tmp_path / "home").split())
    assert_failed(told, NOTHING_YET[command])


@pytest.mark.parametrize("command", ["status", "explain C1", "decide same a b --by li.na"])
def test_asking_makes_no_warehouse(monkeypatch, tmp_path, command):
    enter(monkeypatch, tmp_path / "home")
    guiyi(*command.split())
    assert not (tmp_path / "home").exists()


BAD_CONFIGURATIONS = {
    "no TOML": ("[source.zoho\n", "guiyi.toml: Expected"),
    "unknown key": ('[source.zoho]\nconector = "zoho"\n', "unknown keys ['conector']; known are"),
    "unknown connector": ('[source.zoho]\nconnector = "zohoo"\n', "no connector called 'zohoo'; there are access_log"),
    "neither connector nor streams": ("[source.zoho]\n", "needs either `connector` or [source.zoho.stream.…] tables"),
    "unknown stream": ('[source.zoho]\nconnector = "zoho"\nfiles.deals = "*"\n', "names no stream of zoho: ['deals']"),
    "no SQL": (
        '[source.till.stream.a]\nfiles = "*"\nformat = "csv"\nrecord = { key = "(" }\n',
        "stream a, key: not a SQL expression",
    ),
}


@pytest.mark.parametrize("case", BAD_CONFIGURATIONS)
def test_a_wrong_configuration_says_where(monkeypatch, tmp_path, case):
    text, said = BAD_CONFIGURATIONS[case]
    (tmp_path / "guiyi.toml").write_text(text, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    enter(monkeypatch, tmp_path, tmp_path / "guiyi.toml")
    assert_failed(guiyi("ingest"), said)


def test_a_defect_says_where_and_withholds_what(monkeypatch, tmp_path):
    def fail(config, **options):
        raise ValueError("王小明 is no number")

    enter(monkeypatch, tmp_path)
    monkeypatch.delenv("GUIYI_DEBUG", raising=False)
    monkeypatch.setattr("pipeline.run.run_all", fail)
    told = guiyi("run")
    assert told.code == 1
    assert "guiyi: a defect (ValueError)" in told.err
    assert "test_command_line.py" in told.err
    assert "王小明" not in told.err
    monkeypatch.setenv("GUIYI_DEBUG", "1")
    with pytest.raises(ValueError, match="no number"):
        guiyi("run")


def test_an_interrupt_is_1_and_says_that_nothing_is_lost(monkeypatch, tmp_path):
    def stop(config, **options):
        raise KeyboardInterrupt

    enter(monkeypatch, tmp_path)
    monkeypatch.setattr("pipeline.run.run_all", stop)
    told = guiyi("run")
    assert (told.code, told.err.strip()) == (1, "stopped; what was finished is kept, run again to go on")


def test_brackets_in_a_name_are_no_markup(monkeypatch, tmp_path):
    def tell(config, *, progress, **options):
        progress("ingest", "segment/events: events-[/red]-2026.ndjson")
        raise KeyboardInterrupt

    enter(monkeypatch, tmp_path)
    monkeypatch.setattr("pipeline.run.run_all", tell)
    assert guiyi("run").code == 1


@pytest.fixture
def demo(monkeypatch, tmp_path_factory):
    made = demo_home(tmp_path_factory.getbasetemp())
    made.enter(monkeypatch)
    return made


def test_the_demo_says_what_it_wrote(demo):
    assert demo.demo.code == 0
    assert "60 persons, " in demo.demo.out
    assert (demo.home / "inbox" / "truth.parquet").exists()


def test_a_run_ends_with_counts_times_and_the_score(demo):
    assert (demo.run.code, demo.run.err) == (0, "")
    for said in ("rows delivered", "customers", "largest customer", "against the demo's truth", "pair f1", "seconds"):
        assert said in demo.run.out
    assert f"analysts open {demo.home}/published/customers.duckdb" in demo.run.out


def test_a_second_run_says_unchanged(demo, monkeypatch, tmp_path):
    demo.copy(tmp_path / "home").enter(monkeypatch)
    told = guiyi("run")
    assert told.code == 0
    assert [line.split()[2] for line in told.out.splitlines() if line.startswith("=")] == ["unchanged"] * 6


def test_segments_are_listed_and_counted(demo):
    listed = guiyi("segment", "list")
    assert listed.code == 0
    assert {"new_without_purchase", "high_value_slipping", "wechat_fans_store_buyers"} <= set(listed.out.split())
    counted = guiyi("segment", "count", "new_without_purchase")
    assert counted.code == 0
    assert "members: " in counted.out
    assert_failed(guiyi("segment", "count", "everybody"), "new_without_purchase")


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("segment list", {"new_without_purchase", "high_value_slipping", "wechat_fans_store_buyers"}),
        ("status", {"segment", "shopify", "customers", "contacts", "history"}),
    ],
)
def test_names_are_whole_on_a_narrow_terminal(demo, monkeypatch, command, names):
    monkeypatch.setenv("COLUMNS", "80")
    assert names - set(guiyi(*command.split()).out.split()) == set()


def test_an_extract_is_written_and_logged_with_who_pulled_it(demo, monkeypatch, tmp_path):
    copy = demo.copy(tmp_path / "home")
    copy.enter(monkeypatch)
    told = guiyi("segment", "extract", "new_without_purchase", "--by", "zhang.wei")
    assert told.code == 0
    assert f"{copy.home}/extracts/new_without_purchase/" in told.out
    assert copy.rows("select distinct subject from ops.audit where actor = 'zhang.wei'") == [("new_without_purchase",)]
    assert_failed(guiyi("segment", "extract", "everybody", "--by", "zhang.wei"), "new_without_purchase")


def test_customers_are_judged_against_the_truth(demo):
    told = guiyi("evaluate", "--truth", demo.home / "inbox" / "truth.parquet")
    assert told.code == 0
    assert json.loads(told.out)["truth_coverage"] == 1.0


def assert_failed(told, said: str) -> None:
    assert told.code == 1
    assert told.err.startswith("guiyi: ")
    assert said in told.err
    assert "Traceback" not in told.err
