"""Every public sample file is taken in by a stream that is named here, or left alone for a reason that is.

The table says what each file must give: rows in, loaded, quarantined, records, identifiers. The two shops and their
customers have tests of their own in tests/pipeline/test_declared.py.
"""

from pathlib import Path

import pytest

from benchmarks.ingest.payloads import LOADED, NOTHING, public_files, take_in
from tests.warehouse.drawn import parse

DATA = Path(__file__).parents[3] / "shared" / "data"
ELSEWHERE = {
    "events/uci_online_retail/online_retail.parquet",
    "events/cdnow/CDNOW_master.txt",
    "events/cdnow/CDNOW_sample.txt",
}
# The one line of the access log that is refused ends inside its user agent.
EXPECTED = """
    | file                                           | in    | loaded | quarantined | record | identifier |
    | apache_combined.log                            | 10000 | 9999   | 1           | 0      | 0          |
    | hubspot_company.csv                            | 24    | 24     | 0           | 0      | 0          |
    | hubspot_contact.csv                            | 22    | 22     | 0           | 22     | 25         |
    | hubspot_contact_form_submission.csv            | 5     | 5      | 0           | 0      | 0          |
    | hubspot_contact_merge_audit.csv                | 4     | 4      | 0           | 0      | 4          |
    | hubspot_deal.csv                               | 44    | 44     | 0           | 0      | 0          |
    | hubspot_email_event_sent.csv                   | 100   | 100    | 0           | 0      | 0          |
    | hubspot_engagement.csv                         | 1     | 1      | 0           | 0      | 0          |
    | hubspot_ticket.csv                             | 25    | 25     | 0           | 0      | 0          |
    | shopify_abandoned_checkout_data.csv            | 3     | 3      | 0           | 3      | 7          |
    | shopify_customer_data.csv                      | 4     | 4      | 0           | 4      | 4          |
    | shopify_customer_tag_data.csv                  | 5     | 5      | 0           | 0      | 0          |
    | shopify_gql_customer_address_data.csv          | 10    | 10     | 0           | 10     | 7          |
    | shopify_gql_customer_data.csv                  | 10    | 10     | 0           | 10     | 11         |
    | shopify_gql_customer_visit_data.csv            | 10    | 10     | 0           | 0      | 0          |
    | shopify_gql_order_data.csv                     | 9     | 9      | 0           | 7      | 7          |
    | shopify_order_data.csv                         | 8     | 8      | 0           | 8      | 8          |
    | shopify_order_line_data.csv                    | 3     | 3      | 0           | 0      | 0          |
    | shopify_order_note_attribute_data.csv          | 5     | 5      | 0           | 0      | 1          |
    | shopify_refund_data.csv                        | 5     | 5      | 0           | 0      | 0          |
    | shopify_transaction_data.csv                   | 5     | 5      | 0           | 0      | 0          |
    | component___sns_userinfo.json                  | 1     | 1      | 0           | 1      | 2          |
    | customservice_kfsession_getsessionlist.json    | 2     | 2      | 0           | 1      | 1          |
    | customservice_kfsession_getwaitcase.json       | 2     | 2      | 0           | 1      | 1          |
    | customservice_msgrecord_getmsglist.json        | 2     | 2      | 0           | 1      | 1          |
    | payment__pay_paporderquery.json                | 1     | 1      | 0           | 1      | 1          |
    | shakearound_user_getshakeinfo.json             | 1     | 1      | 0           | 1      | 1          |
    | sns_jscode2session.json                        | 1     | 1      | 0           | 1      | 2          |
    | sns_userinfo.json                              | 1     | 1      | 0           | 1      | 2          |
    | user_get.json                                  | 2     | 2      | 0           | 2      | 2          |
    | user_info.json                                 | 1     | 1      | 0           | 1      | 2          |
    | user_info_batchget.json                        | 2     | 2      | 0           | 2      | 4          |
    | user_tag_get.json                              | 2     | 2      | 0           | 2      | 2          |
    | work__externalcontact_add_msg_template.json    | 1     | 1      | 0           | 0      | 0          |
    | work__externalcontact_batch_get_by_user.json   | 2     | 2      | 0           | 2      | 6          |
    | work__externalcontact_get.json                 | 2     | 2      | 0           | 1      | 2          |
    | work__externalcontact_get_group_msg_result.json| 1     | 1      | 0           | 1      | 1          |
    | work__externalcontact_get_unassigned_list.json | 2     | 2      | 0           | 2      | 2          |
    | work__externalcontact_groupchat_get.json       | 3     | 3      | 0           | 1      | 2          |
    | work__externalcontact_list.json                | 2     | 2      | 0           | 2      | 2          |
"""
CASES = {row["file"]: row for row in parse(EXPECTED)}

pytestmark = pytest.mark.skipif(
    not (DATA / "payloads").exists(), reason="the public sample files are not beside this checkout (shared/data)"
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    files = [file for file in public_files(DATA) if file in LOADED and file not in ELSEWHERE]
    return {Path(each.file).name: each for each in take_in(DATA, tmp_path_factory.mktemp("payloads"), files)}


def test_every_file_is_in_one_of_the_lists():
    assert [file for file in public_files(DATA) if file not in LOADED and file not in NOTHING] == []
    assert set(LOADED) & set(NOTHING) == set()


def test_every_file_listed_is_there():
    assert set(LOADED) | set(NOTHING) == set(public_files(DATA))


def test_every_file_taken_in_is_drawn():
    assert set(CASES) == {Path(file).name for file in set(LOADED) - ELSEWHERE}


@pytest.mark.parametrize("file", CASES)
def test_what_a_file_gives(taken, file):
    each = taken[file]
    found = {"in": each.delivered, "loaded": each.loaded, "quarantined": each.quarantined, **each.found}
    assert {name: str(found[name]) for name in CASES[file] if name != "file"} == {
        name: value for name, value in CASES[file].items() if name != "file"
    }
    assert each.delivered == each.loaded + each.quarantined
