# mypy: ignore-errors
"""Strong settings: levels that know sorted tokens, simplified characters and pinyin, all e-mails and phones a record
ever carried, term frequencies, streets and postcodes, every person-level identifier, and many blocking rules.

The same comparisons serve the variant that blocks by our rules, whose keys come as columns. Runs in .venv-bench and
imports nothing of ours.
"""

from dataclasses import replace

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on
from splink_model import Model, rules_for

BLOCKING = (
    ("email",), ("phone",), ("full_name",), ("name_sorted",), ("name_pinyin", "city"), ("name_pinyin", "email_local"),
    ("email_local",), ("street", "city"), ("family_name", "birth_date"), ("given_name", "birth_date"),
    ("postcode", "family_name"), ("postcode", "given_name"), ("family_name", "substr(given_name, 1, 1)", "city"),
    ("substr(phone, -8, 8)", "substr(family_name, 1, 1)"),
)  # fmt: skip
SUREST = (("email",), ("wechat_unionid",), ("full_name", "phone"), ("full_name", "birth_date"))
TRAINING = (("email",), ("full_name",), ("phone",), ("birth_date",), ("wechat_unionid",))


def make_model(filled: set[str], namespaces: list[str], extra: list[str], name: str) -> Model:
    """The model for a table with these columns."""
    made = [_compare_names()]
    if "birth_date" in filled:
        made.append(cl.DateOfBirthComparison("birth_date", input_is_string=True))
    made += [make() for column, make in COMPARISONS.items() if column in filled]
    made += [cl.ExactMatch(column).configure(term_frequency_adjustments=True) for column in extra if column in filled]
    return Model(
        comparisons=[*made, *(cl.ExactMatch(each) for each in namespaces)],
        blocking=[*(block_on(each) for each in namespaces), *rules_for(filled, BLOCKING)],
        surest=rules_for(filled, SUREST),
        recall=0.6,
        training=rules_for(filled, TRAINING),
        random_pairs=2e6,
    )


def make_model_of_our_rules(filled: set[str], namespaces: list[str], extra: list[str], name: str) -> Model:
    """The same comparisons, blocked by keys.parquet."""
    keys = sorted((each for each in filled if each.startswith("key_")), key=lambda each: (len(each), each))
    blocking = (
        [block_on("identifier_keys", arrays_to_explode=["identifier_keys"])] if "identifier_keys" in filled else []
    )
    strong = make_model(filled, namespaces, [each for each in extra if each not in keys], name)
    return replace(strong, blocking=blocking + [block_on(each) for each in keys])


def _level(sql: str, frequency: str | None = None):
    made = cll.CustomLevel(sql)
    return made.configure(tf_adjustment_column=frequency) if frequency else made


def _compare(name: str, missing: str, *levels):
    null = cll.CustomLevel(missing).configure(is_null_level=True)
    return cl.CustomComparison(output_column_name=name, comparison_levels=[null, *levels, cll.ElseLevel()])


def _compare_names():
    return _compare(
        "name",
        "full_name_l is null or full_name_r is null",
        cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
        _level("name_sorted_l = name_sorted_r or name_simplified_l = name_simplified_r", "full_name"),
        _level("name_pinyin_l = name_pinyin_r", "name_pinyin"),
        _level(
            "family_name_l = family_name_r and jaro_winkler_similarity(given_name_l, given_name_r) >= 0.9",
            "family_name",
        ),
        _level(
            "given_name_l = given_name_r and jaro_winkler_similarity(family_name_l, family_name_r) >= 0.88",
            "given_name",
        ),
        _level("jaro_winkler_similarity(name_sorted_l, name_sorted_r) >= 0.92"),
        _level("family_name_l = family_name_r and given_name_l[1] = given_name_r[1]", "family_name"),
        _level("family_name_l = family_name_r", "family_name"),
        _level("given_name_l = given_name_r", "given_name"),
    )


def _compare_emails():
    return _compare(
        "email",
        "email_l is null or email_r is null",
        cll.ExactMatchLevel("email", term_frequency_adjustments=True),
        _level("list_has_any(emails_l, emails_r)"),
        _level("email_local_l = email_local_r"),
        _level("jaro_winkler_similarity(email_l, email_r) >= 0.95"),
        _level("jaro_winkler_similarity(email_local_l, email_local_r) >= 0.88"),
    )


def _compare_phones():
    return _compare(
        "phone",
        "phone_l is null or phone_r is null",
        cll.ExactMatchLevel("phone", term_frequency_adjustments=True),
        _level("list_has_any(phones_l, phones_r)"),
        _level("damerau_levenshtein(phone_l, phone_r) <= 1"),
    )


def _compare_addresses():
    return _compare(
        "address",
        "(street_l is null or street_r is null) and (city_l is null or city_r is null)",
        cll.ExactMatchLevel("street", term_frequency_adjustments=True),
        _level("jaro_winkler_similarity(street_l, street_r) >= 0.9 and city_l = city_r"),
        _level("postcode_l = postcode_r", "postcode"),
        _level("city_l = city_r", "city"),
    )


COMPARISONS = {"email": _compare_emails, "phone": _compare_phones, "city": _compare_addresses}
