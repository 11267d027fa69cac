"""Roles: who may use which command, and what people are told."""

import shutil

import pytest

from pipeline.access import AccessError, command_of, read_access
from pipeline.command_line import build_parser
from tests.pipeline.demo_home import enter, guiyi
from tests.warehouse.drawn import PROJECT

USERS = """
[user]
"li.na" = "marketing"
"zhang.wei" = "steward"
"chen.jing" = "analyst"
"root.user" = "admin"
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The project's configuration with people in access.toml; nothing has run."""
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    path = tmp_path / "config" / "access.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(USERS + text[text.index("[role.admin]") :], encoding="utf-8")
    enter(monkeypatch, tmp_path / "home", tmp_path / "config" / "guiyi.toml")
    return path


# User, command → refused with this text, or None where the role includes it.
CASES = {
    "an analyst may look": ("chen.jing", "segment list", None),
    "an analyst extracts nothing": ("chen.jing", "segment extract a --by chen.jing", "`guiyi segment extract` is for"),
    "an analyst runs nothing": ("chen.jing", "run", "`guiyi run` is for admin"),
    "an analyst explains nothing": ("chen.jing", "explain C1", "`guiyi explain` is for admin, steward"),
    "an analyst erases nobody": ("chen.jing", "erase --identifier email:a@b.cn --by chen.jing", "is for admin"),
    "an analyst rotates no key": ("chen.jing", "key rotate", "`guiyi key rotate` is for admin"),
    "an analyst has no sub-key": ("chen.jing", "key snapshot --out x", "`guiyi key snapshot` is for admin"),
    "marketing lists": ("li.na", "segment list", None),
    "marketing does not decide": ("li.na", "decide same a b --by li.na", "`guiyi decide` is for admin, steward"),
    "marketing sees no rows": ("li.na", "quarantine show x --values", "`guiyi quarantine show` is for"),
    "a steward does not extract": ("zhang.wei", "segment extract a --by zhang.wei", "is for admin, marketing"),
    "a steward decides under the own name": ("zhang.wei", "decide same a b --by li.na", "--by li.na would say"),
    "nobody in particular": ("somebody", "status", "somebody has no role"),
    "anybody may draw a key": ("chen.jing", "key new", None),
}


@pytest.mark.parametrize("case", CASES)
def test_commands(config, monkeypatch, case):
    user, command, refused = CASES[case]
    monkeypatch.setenv("GUIYI_USER", user)
    told = guiyi(*command.split())
    if refused is None:
        assert told.code == 0, told.err
    else:
        assert told.code == 1
        assert refused in told.err
        assert user in told.err


def test_values_are_for_those_who_may_see_them(config, monkeypatch):
    """Before anything is opened."""
    config.write_text(config.read_text().replace("values = true", "values = false"), encoding="utf-8")
    monkeypatch.setenv("GUIYI_USER", "zhang.wei")
    assert "--values shows personal data" in guiyi("explain", "a", "b", "--values").err


def test_columns_that_are_not_for_a_role(config, monkeypatch):
    text = config.read_text(encoding="utf-8")
    i = text.index("[role.marketing]")
    config.write_text(text[:i] + text[i:].replace('columns = ["*"]', 'columns = ["customer_id"]', 1), encoding="utf-8")
    monkeypatch.setenv("GUIYI_USER", "li.na")
    told = guiyi("segment", "extract", "new_without_purchase", "--by", "li.na")
    assert told.code == 1
    assert "are not for this role" in told.err


def test_another_configuration_gives_no_rights(config, monkeypatch, tmp_path):
    shutil.copytree(PROJECT / "config", tmp_path / "own")
    (tmp_path / "own" / "access.toml").unlink()
    monkeypatch.setenv("GUIYI_USER", "chen.jing")
    assert "`guiyi run` is for admin" in guiyi("run", "--config", tmp_path / "own" / "guiyi.toml").err


def test_without_the_file_everybody_is_admin(config, monkeypatch):
    config.unlink()
    monkeypatch.setenv("GUIYI_USER", "somebody")
    assert "run `guiyi run` first" in guiyi("status").err


def test_the_file_that_comes_with_the_project_lets_everybody_do_everything():
    access = read_access(PROJECT / "config" / "access.toml")
    assert set(access.roles) == {"admin", "steward", "marketing", "analyst"}
    assert access.role_of("anybody").may_use("erase")


def test_the_user_of_the_system_acts_where_nobody_is_named(config, monkeypatch):
    monkeypatch.delenv("GUIYI_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "chen.jing")
    assert "chen.jing is analyst" in guiyi("run").err


BAD = {
    "an unknown role": ("[user]\na = 'boss'\n", "without a table"),
    "a role that is none": ("[role.boss]\ncommands = []\n", "no role is called boss; there are admin"),
    "an unknown key": ("[role.admin]\ncomands = []\n", "has the keys commands, values"),
    "an unknown table": ("[users]\na = 'admin'\n", "unknown tables"),
    "a snapshot that is none": ("[role.admin]\nsnapshot = 'all'\n", 'is "full" or'),
    "commands in a text": ("[role.admin]\ncommands = '*'\n", "is a list of texts"),
    "no TOML": ("[user\n", "access.toml: Expected"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_says_why(tmp_path, case):
    text, said = BAD[case]
    (tmp_path / "access.toml").write_text(text)
    with pytest.raises(AccessError, match=said):
        read_access(tmp_path / "access.toml")


COMMANDS = {
    "status --alarms": "status",
    "segment extract a --by run": "segment extract",
    "quarantine show list": "quarantine show",
    "key rotate --new-key-file segment": "key rotate",
}


@pytest.mark.parametrize("arguments", COMMANDS)
def test_the_command_is_told_from_its_arguments(arguments):
    assert command_of(build_parser(), arguments.split()) == COMMANDS[arguments]
