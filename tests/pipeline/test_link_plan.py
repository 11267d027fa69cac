"""`guiyi link --plan`: what would be compared and why, in text that fits a terminal and holds no value."""

from pathlib import Path

import pytest

from tests.pipeline.demo_home import Told, enter, guiyi

GIVEN = ("Robert", "Anna", "Ken", "Mary", "Peter")
MAP = """
id = "key"
[columns]
given_name = "first"
family_name = "last"
birth_date = "dob"
email = "mail"
identifier.passport = "passport"
[[blocking]]
keys = ["left(given_name, 2)", "birth_date"]
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    enter(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "people.csv").write_text("key,first,last,dob,mail,passport,note\n" + _rows(), encoding="utf-8")


def _rows() -> str:
    """Persons of two records; the second lacks its birth date, its e-mail, both or neither."""
    lines = []
    for person in range(60):
        name, born, mail = (
            f"{GIVEN[person % 5]},Lake{chr(97 + person % 26) * 2}{chr(97 + person // 26)}",
            f"19{person + 20}-03-0{person % 9 + 1}",
            f"q{person:03}zz@x.com",
        )
        lines.append(f"{2 * person},{name},{born},{mail},P{person},zebra")
        lines.append(f"{2 * person + 1},{name},{born if person % 3 else ''},{mail if person % 2 else ''},,zebra")
    return "\n".join(lines)


def planned(*arguments: str) -> Told:
    told = guiyi("link", "people.csv", "--columns", "map.toml", "--plan", *arguments)
    assert told.code == 0
    return told


def row(told: Told, name: str) -> list[str]:
    """The cells of the line that starts with a name."""
    return next(line for line in told.out.splitlines() if line.startswith(f"{name} ")).removeprefix(name).split()


def test_columns_and_the_rules_that_need_them(tmp_path: Path) -> None:
    told = planned()
    assert told.err == ""
    assert row(told, "given_name")[:3] == ["100.0%", "5", "20.00%"]
    assert row(told, "email") == ["75.0%", "60", "1.67%", "3", "of", "5"]
    assert row(told, "passport") == ["50.0%", "60", "0.83%", "no", "rule"]
    assert "empty: phone, address, postcode, city, district, region, company\n" in told.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.toml", "people.csv"]


def test_rules_with_pairs_and_recall() -> None:
    told = planned()
    assert (row(told, "family")[0], row(told, "family")[-1][-1]) == ("60", "%")
    assert row(told, "every pair")[:2] == ["7,140", "5,760"]
    assert row(told, "every pair")[-1] == "100.00%"
    assert row(told, "left(given_name, 2) + birth_date")[0] == "40"
    assert "no two records agree, or a column is empty: phone_tail, " in told.out
    assert told.out.splitlines()[-1] == "120 records, 7,140 candidate pairs: 59.5 per record, 100% of all pairs"


def test_a_larger_table_is_told_what_no_rule_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.blocking.EVERY_PAIR", 0)
    said = " ".join(planned().out.split())
    assert "every pair" not in said
    assert "how birth_date, email and name overlap in finding matches gives no sign of any that no rule finds" in said


@pytest.mark.parametrize("width", [80, 100])
def test_it_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(len(line) for line in planned().out.splitlines()) <= width


def test_no_value_is_printed() -> None:
    out = planned().out
    assert [value for value in ("Lake", "Robert", "@x.com", "zebra", "P1", "1920") if value in out] == []


def test_without_a_map_the_columns_used_are_told(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,Email,nick\n1,a@x.com,x\n2,a@x.com,x\n", encoding="utf-8")
    told = guiyi("link", "table.csv", "--plan")
    assert told.out.splitlines()[0] == "without a map, these columns were used: email"


def test_files_named_with_it_are_not_written(tmp_path: Path) -> None:
    told = planned("--out", "clusters.parquet", "--pairs", "pairs.parquet")
    assert told.err == "--plan resolves nothing: no file was written\n"
    assert not list(tmp_path.glob("*.parquet"))


def test_one_row_has_no_pairs(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,email\n1,a@x.com\n", encoding="utf-8")
    told = guiyi("link", "table.csv", "--plan")
    assert told.code == 0
    assert told.out.splitlines()[-1] == "1 record, 0 candidate pairs: 0.0 per record, 0% of all pairs"


def test_without_out_and_plan_it_is_wrong_use() -> None:
    told = guiyi("link", "people.csv")
    assert told.code == 2
    assert "name a file for the clusters with --out, or ask for the --plan" in " ".join(told.err.split())


def test_a_table_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,nick\n1,a\n", encoding="utf-8")
    told = guiyi("link", "table.csv", "--plan")
    assert told.code == 1
    assert told.err.startswith("guiyi: table.csv holds nothing to compare")


def test_help_shows_the_map_as_it_is_written() -> None:
    out = guiyi("link", "--help").out
    assert [part for part in ("[columns]", "[[comparison]]", "[[blocking]]", "--plan") if part not in out] == []
