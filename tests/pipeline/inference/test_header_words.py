"""What headers say, in English and Chinese."""

import pytest

from pipeline.inference.header_words import OTHERS, WORDS, read_header

# header → the meaning that comes first, and how it was found
HEADERS = {
    "Record Id": ("record_key", "whole"),
    "CustomerID": ("person_key", "whole"),
    "InvoiceNo": ("order_key", "whole"),
    "first_name": ("given_name", "whole"),
    "PRIMARY_NAME_LAST": ("family_name", "part"),
    "property_email_1": ("email", "whole"),
    "Email 2": ("email", "whole"),
    "Secondary Email": ("email", "part"),
    "IPAddress": ("ip", "whole"),
    "Mailing City": ("city", "part"),
    "Address 2": ("street_more", "whole"),
    "number_of_cds": ("quantity", "part"),
    "Discount Amount": ("discount", "whole"),
    "FEATURES[].NAME_FIRST": ("given_name", "whole"),
    "billing_address.first_name": ("given_name", "part"),
    "context.page.url": ("url", "whole"),
    "手机号": ("phone", "whole"),
    "手機號碼": ("phone", "whole"),
    "2、您的手机号码？": ("phone", "whole"),
    "联系手机": ("phone", "part"),
    "收货人姓名": ("full_name", "part"),
    "会员名": ("person_key", "whole"),
    "下单时间": ("ordered_at", "whole"),
    "邮箱(必填)": ("email", "whole"),
    "姓名": ("full_name", "whole"),
    "微信UnionID": ("wechat_unionid", "whole"),
}
# What is about somebody or something else, or about nothing known.
NOTHING = [
    *("Lead Owner Email", "Campaign Email", "店铺名称", "卖家手机号", "客服姓名", "cluster", "Created By", "", "…"),
    *("total_tip_received_set_pres_amount", "Driver License State", "nameless", "identity"),
]


@pytest.mark.parametrize("header", HEADERS)
def test_headers_say(header):
    found = read_header(header)[0]
    assert (found.meaning, found.strength) == HEADERS[header]


@pytest.mark.parametrize("header", NOTHING)
def test_headers_that_say_nothing(header):
    assert read_header(header) == []


def test_a_header_with_several_meanings_names_them_in_order():
    assert [each.meaning for each in read_header("会员名")] == ["person_key", "full_name"]


def test_what_stands_before_is_kept_to_tell_two_addresses_apart():
    assert {read_header(f"{kind} Zip")[0].head for kind in ("Billing", "Shipping")} == {"billing", "shipping"}


def test_the_words_are_as_headers_are_compared():
    """Lower case, no punctuation: anything else would never be found."""
    words = [word.strip("=*") for listed in WORDS.values() for word in listed.split("|")]
    assert [word for word in (*words, *OTHERS) if word != word.lower() or not word.replace(" ", "").isalnum()] == []
