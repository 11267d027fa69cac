# mypy: ignore-errors
"""Settings like those in Splink's own examples: for the two public tables theirs, for any other in the same manner.

The examples are "Deduplicating the febrl3 dataset" and "Evaluation when you have fully labelled data" (fake_1000) in
Splink's documentation; the general ones follow "Linking a dataset of real historical persons". Runs in .venv-bench,
imports nothing of ours.
"""

import splink.comparison_library as cl
from splink import ColumnExpression, block_on
from splink_model import Model, rules_for

BLOCKING = (
    ("email",), ("phone",), ("substr(given_name, 1, 3)", "substr(family_name, 1, 4)"), ("family_name", "birth_date"),
    ("given_name", "birth_date"), ("postcode", "given_name"), ("postcode", "family_name"), ("birth_date", "city"),
)  # fmt: skip
SUREST = (("given_name", "family_name", "birth_date"), ("email",), ("given_name", "family_name", "phone"))
TRAINING = (("given_name", "family_name"), ("birth_date",), ("email",))


def make_model(filled: set[str], namespaces: list[str], extra: list[str], name: str) -> Model:
    """The model for a table with these columns; `name` is the data set's."""
    if name in PUBLISHED:
        return PUBLISHED[name]()
    return Model(
        comparisons=_comparisons(filled, extra),
        blocking=rules_for(filled, BLOCKING) or [block_on("given_name"), block_on("family_name")],
        surest=rules_for(filled, SUREST),
        recall=0.6,
        training=rules_for(filled, TRAINING),
        plain_training=True,
    )


def _comparisons(filled: set[str], extra: list[str]) -> list:
    made = [cl.ForenameSurnameComparison("given_name", "family_name", forename_surname_concat_col_name="full_name")]
    if "birth_date" in filled:
        made.append(cl.DateOfBirthComparison("birth_date", input_is_string=True))
    if "email" in filled:
        made.append(cl.EmailComparison("email"))
    if "phone" in filled:
        made.append(cl.LevenshteinAtThresholds("phone", 1))
    if "street" in filled:
        made.append(cl.JaroWinklerAtThresholds("street", [0.9]))
    for column in ("postcode", "city", *extra):
        if column in filled:
            made.append(cl.ExactMatch(column).configure(term_frequency_adjustments=True))
    return made


def _fake_1000() -> Model:
    return Model(
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "family_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking=[block_on(name) for name in ("given_name", "family_name", "birth_date", "email")],
        surest=[
            "l.given_name = r.given_name and levenshtein(r.birth_date, l.birth_date) <= 1",
            "l.family_name = r.family_name and levenshtein(r.birth_date, l.birth_date) <= 1",
            "l.given_name = r.given_name and levenshtein(r.family_name, l.family_name) <= 2",
            block_on("email"),
        ],
        recall=0.7,
        training=[block_on("birth_date"), block_on("email"), block_on("given_name", "family_name")],
        plain_training=True,
    )


def _febrl3() -> Model:
    number = ColumnExpression("street").regex_extract("^([0-9]+)", 1)
    return Model(
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("family_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.DamerauLevenshteinAtThresholds("national_id", [2]),
            cl.ExactMatch(number),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking=[block_on(name) for name in ("national_id", "given_name", "family_name", "birth_date", "postcode")],
        surest=[
            block_on("national_id"),
            block_on("given_name", "family_name", "birth_date"),
            "l.given_name = r.family_name and l.family_name = r.given_name and l.birth_date = r.birth_date",
        ],
        recall=0.9,
        training=[block_on("birth_date"), block_on("postcode")],
    )


PUBLISHED = {"fake_1000": _fake_1000, "febrl3": _febrl3}
