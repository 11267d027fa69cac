"""What the lists of other systems hold of a person: the normalised value is written out here, the hash is computed."""

import hashlib

import duckdb
import pytest

from warehouse.segments.audience import list_cells, mobile_sql
from warehouse.segments.definition import Segment

PERSON = {"email": None, "phone": None, "given_name": None, "family_name": None, "gender": None, "birth_date": None,
          "city": None, "region": None, "postcode": None, "country": None, "customer_id": "C1", "wechat_openid": None}  # fmt: skip

# format, what is known of the person → header: what is hashed (or `=` what stands there as it is).
CASES = {
    "meta: case and blanks of an e-mail": ("meta", {"email": " Wang@X.cn "}, {"EMAIL": "wang@x.cn"}),
    "meta: dots of gmail stay": ("meta", {"email": "a.b+c@gmail.com"}, {"EMAIL": "a.b+c@gmail.com"}),
    "meta: a phone is digits with the country": ("meta", {"phone": "+8613911112222"}, {"PHONE": "8613911112222"}),
    "meta: names without punctuation": ("meta", {"given_name": "Mary-Ann", "family_name": "O'Neil Jr."},
                                        {"FN": "maryann", "LN": "oneil jr"}),
    "meta: a Chinese name": ("meta", {"given_name": "小明", "family_name": "王"}, {"FN": "小明", "LN": "王"}),
    "meta: accents stay": ("meta", {"given_name": "Zoë"}, {"FN": "zoë"}),
    "meta: city and state without blanks": ("meta", {"city": "New York", "region": "N.Y."}, {"CT": "newyork", "ST": "ny"}),
    "meta: five digits of a ZIP": ("meta", {"postcode": "94016-1234", "country": "US"}, {"ZIP": "94016", "COUNTRY": "us"}),
    "meta: a postcode elsewhere": ("meta", {"postcode": "WC2H 8LG", "country": "GB"}, {"ZIP": "wc2h8lg", "COUNTRY": "gb"}),
    "meta: a birth date in three": ("meta", {"birth_date": "1990-06-01"}, {"DOBY": "1990", "DOBM": "06", "DOBD": "01"}),
    "meta: gender": ("meta", {"gender": "female"}, {"GEN": "f"}),
    "meta: another gender": ("meta", {"gender": "other"}, {"GEN": None}),
    "meta: our id is not hashed": ("meta", {"customer_id": "C7"}, {"EXTERN_ID": "=C7"}),
    "meta: nothing is not hashed": ("meta", {"email": None, "given_name": " - "}, {"EMAIL": None, "FN": None}),
    "google: gmail without dots and plus": ("google", {"email": "Cloudy.SanFrancisco+shopping@gmail.com"},
                                            {"Email": "cloudysanfrancisco@gmail.com"}),
    "google: googlemail too": ("google", {"email": "a.b@googlemail.com"}, {"Email": "ab@googlemail.com"}),
    "google: others keep dots and plus": ("google", {"email": "user.name+NYC@Example.com"},
                                          {"Email": "user.name+nyc@example.com"}),
    "google: a domain that ends alike": ("google", {"email": "a.b@notgmail.com"}, {"Email": "a.b@notgmail.com"}),
    "google: a phone keeps its plus": ("google", {"phone": "+18005550100"}, {"Phone": "+18005550100"}),
    "google: a postal address": (
        "google", {"given_name": "John", "family_name": "Smith", "country": "us", "postcode": "94016-1234"},
        {"First Name": "john", "Last Name": "smith", "Country": "=US", "Zip": "=94016-1234"},
    ),
    "google: a postcode with a hyphen of its own": ("google", {"postcode": "100-0001", "country": "JP"}, {"Zip": "=100-0001"}),
}  # fmt: skip


def cells(name, columns, person):
    segment = Segment("s", "t", "d", "o", "sharing", "email", "true", columns, format=name)
    listed = list_cells(segment)
    values = ", ".join(f"${key}::{'date' if key == 'birth_date' else 'varchar'} as {key}" for key in PERSON)
    query = f"select {', '.join(listed.values())} from (select {values}) as person"
    row = duckdb.connect().execute(query, {**PERSON, **person}).fetchone()
    return dict(zip(listed, row, strict=True))


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("case", CASES)
def test_normalised_and_hashed(case):
    name, person, expected = CASES[case]
    columns = tuple(person)
    found = cells(name, columns, person)
    for header, text in expected.items():
        wanted = None if text is None else text[1:] if text.startswith("=") else sha256(text)
        assert found[header] == wanted, header


def test_meta_has_a_header_of_its_own_for_every_column():
    columns = ("email", "phone", "given_name", "family_name", "gender", "birth_date", "city", "region", "postcode",
               "country", "customer_id")  # fmt: skip
    assert list(cells("meta", columns, {})) == [
        "EMAIL", "PHONE", "FN", "LN", "GEN", "DOBY", "DOBM", "DOBD", "CT", "ST", "ZIP", "COUNTRY", "EXTERN_ID",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("+8613911112222", "13911112222"),
        ("+861012345678", None),
        ("+14155550100", None),
        ("13911112222", None),
        (None, None),
    ],
)
def test_tencent_takes_mainland_mobile_numbers(phone, number):
    assert duckdb.connect().execute(f"select {mobile_sql('$phone::varchar')}", {"phone": phone}).fetchone()[0] == number
    expected = number and hashlib.md5(number.encode()).hexdigest()
    assert cells("tencent", ("phone",), {"phone": phone})["HASH_MOBILE_PHONE"] == expected
