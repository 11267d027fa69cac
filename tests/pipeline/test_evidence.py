"""`guiyi explain`: the evidence of a customer and of a pair in bits, without any value of a person."""

import re

import pytest

from tests.pipeline.demo_home import demo_home, guiyi


@pytest.fixture
def demo(monkeypatch, tmp_path_factory):
    made = demo_home(tmp_path_factory.getbasetemp())
    made.enter(monkeypatch)
    return made


@pytest.fixture
def linked(demo):
    """The strongest link within a customer: customer, both record ids, weight, and the records' names."""
    (row,) = demo.rows(
        """
        select l.customer_id, l.record_id, r.record_id, link.match_weight,
            l.source || '/' || l.stream || '/' || l.source_record_id,
            r.source || '/' || r.stream || '/' || r.source_record_id
        from identity.link as link
        join identity.record_customer as l on l.record_id = link.record_id_l
        join identity.record_customer as r on r.record_id = link.record_id_r and r.customer_id = l.customer_id
        order by link.match_weight desc, 2, 3 limit 1
        """
    )
    return row


def test_a_customer_shows_its_records_and_the_links_that_hold_it(demo, linked):
    told = guiyi("explain", linked[0])
    assert told.code == 0
    ((records,),) = demo.rows("select count(*) from identity.record_customer where customer_id = ?", linked[0])
    head, _, links = told.out.partition("links that hold it together")
    assert head.startswith(f"customer {linked[0]}: {records} records")
    assert len(re.findall(r"^│ [0-9a-f]{16} │", head, re.MULTILINE)) == records
    # A tree over n records has n - 1 links, the weakest last.
    bits = [float(text) for text in re.findall(r"│ +([+-]\d+\.\d) │", links)]
    assert len(bits) == records - 1
    assert bits == sorted(bits, reverse=True)


@pytest.mark.parametrize("names", [(1, 2), (2, 1), (4, 5), (1, 5)], ids=["ids", "swapped", "source keys", "both"])
def test_a_pair_is_explained_bit_by_bit_whatever_its_records_are_called(linked, names):
    told = guiyi("explain", *(linked[name] for name in names))
    assert told.code == 0
    total = [float(text) for text in re.findall(r"│ +[+-]\d+\.\d │ +([+-]\d+\.\d) │", told.out)]
    assert total[-1] == pytest.approx(linked[3], abs=0.06)
    assert f"weight {linked[3]:+.1f} bits, probability " in told.out


def test_no_value_of_a_person_is_shown(demo, linked):
    shown = (guiyi("explain", linked[0]).out + guiyi("explain", linked[1], linked[2]).out).lower()
    values = demo.rows("select email, phone, full_name, address from standard.record")
    assert [len(value) for row in values for value in row if value and len(value) > 5 and value.lower() in shown] == []


UNKNOWN = {
    "customer": (["C0000000000000000"], "there is no such customer"),
    "record": (["zoho/contacts/none", "zoho/contacts/none"], "no such record: name it by its record_id or as source/"),
    "same record twice": ([1, 1], "no link is stored between these two records"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_there_says_so(linked, case):
    names, said = UNKNOWN[case]
    told = guiyi("explain", *(linked[name] if isinstance(name, int) else name for name in names))
    assert told.code == 1
    assert said in told.err
    assert "Traceback" not in told.err


def test_records_that_share_nothing_have_no_link(demo, linked):
    (row,) = demo.rows(
        """
        select l.record_id, r.record_id from standard.record as l, standard.record as r
        where l.record_id < r.record_id and not exists (
            select 1 from identity.link where record_id_l = l.record_id and record_id_r = r.record_id
        ) order by all limit 1
        """
    )
    told = guiyi("explain", *row)
    assert (told.code, "no link is stored between these two records" in told.err) == (1, True)
