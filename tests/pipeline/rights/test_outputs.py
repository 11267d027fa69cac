"""Extracts without an erased person: every row of the person goes, and no row of anybody else."""

from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.rights.needles import Needles
from pipeline.rights.outputs import clear_extracts
from warehouse.vault.key import Key
from warehouse.vault.keyring import hold_key
from warehouse.vault.sealing import read_private, write_private

NEEDLES = Needles(
    words=frozenset({"anna.lee@example.com", "8613800138000", "100234"}),
    names=frozenset({"Anna Lee", "欧阳明月"}),
    hashed=frozenset({"ab" * 32}),
    customers=frozenset({"C0123456789abcde"}),
)
# A row of an extract → whether it is the person's.
ROWS = {
    "an address in capitals": ("C1,Anna.Lee@Example.com", True),
    "a phone": ("C1,8613800138000", True),
    "a phone that a spreadsheet must not run": ("C1,'+8613800138000", True),
    "one of several": ('C1,"8613900139000, 8613800138000"', True),
    "a name": ("C1,欧阳明月", True),
    "a name in Latin letters": ("C1,ANNA LEE", True),
    "a hash": (f"C1,{'ab' * 32}", True),
    "the customer, by a name and an address that others have too": ("C0123456789abcde,王芳", True),
    "an address that ends alike": ("C1,mary.anna.lee@example.com", False),
    "a name that holds the name": ("C1,Joanna Leeds", False),
    "a phone that holds the key of a record": ("C1,8613100234999", False),
    "somebody else": ("C1,Bo Zed", False),
}


@pytest.fixture
def config(tmp_path) -> Config:
    return Config(tmp_path / "home", tmp_path / "home" / "inbox", tmp_path / "config", {})


@pytest.mark.parametrize("key", [None, Key(b"0123456789abcdefghijklmnopqrstuv")], ids=["plain", "sealed"])
@pytest.mark.parametrize("case", ROWS)
def test_the_person_s_row_goes_and_nobody_else_s(config, case, key):
    row, goes = ROWS[case]
    hold_key(config.home, lambda: key)
    path = config.extracts / "loyal" / "2026-03-31.csv"
    other = "C9,cy@example.com"
    content = f"\ufeffcustomer_id,value\r\n{other}\r\n{row}\r\n".encode()
    write_private(path, content, key)
    told = clear_extracts(config, NEEDLES)
    lines = read_private(path, key).decode().splitlines()
    assert lines == ["\ufeffcustomer_id,value", other, *([] if goes else [row])]
    assert len(told.rewritten) == goes
    assert told.removed == ()


def test_a_file_that_is_no_csv_goes_when_the_customer_is_in_it(config):
    hold_key(config.home, lambda: None)
    names = {"2026-03-31.txt": "C0123456789abcde", "2026-03-30.txt": "C9999999999999999"}
    for name, text in names.items():
        write_private(config.extracts / "loyal" / name, text.encode(), None)
    assert clear_extracts(config, NEEDLES).removed == ("extracts/loyal/2026-03-31.txt",)
    assert [path.name for path in Path(config.extracts).rglob("*.txt")] == ["2026-03-30.txt"]


def test_what_a_killed_run_left_of_a_workbook_goes(config):
    hold_key(config.home, lambda: None)
    left = config.extracts / "loyal" / ".building-abc" / "rows.xml"
    left.parent.mkdir(parents=True)
    left.write_text("<v>Bo</v>")  # a part of a name, which nothing finds
    clear_extracts(config, NEEDLES)
    assert not left.parent.exists()
