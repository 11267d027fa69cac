"""Splink 5 on records.parquet and identifiers.parquet of a folder; writes splink.parquet there.

Runs in .venv-bench, so it imports nothing of ours. Settings are meant to be strong: levels for names that know sorted
tokens, simplified characters and pinyin, all e-mails and phones a record ever carried, term frequencies, streets and
postcodes, every person-level identifier, and seventeen blocking rules. Values shared by more than fifteen records are
taken out, as ours does by other means.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = (0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999)
NAMESPACES = ("wechat_unionid", "user_id", "zoho_contact")
BLOCKING = (
    ("email",), ("phone",), ("wechat_unionid",), ("user_id",), ("zoho_contact",), ("full_name",), ("name_sorted",),
    ("name_pinyin", "city"), ("name_pinyin", "email_local"), ("email_local",), ("street", "city"),
    ("family_name", "birth_date"), ("given_name", "birth_date"), ("postcode", "family_name"),
    ("postcode", "given_name"), ("family_name", "substr(given_name, 1, 1)", "city"),
    ("substr(phone, -8, 8)", "substr(family_name, 1, 1)"),
)  # fmt: skip


def main(folder: Path) -> None:
    """Train, predict, cluster at every threshold."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    _read_records(con, folder)
    linker = Linker(DuckDBAPI(connection=con).register("records"), _settings())
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("wechat_unionid"), block_on("full_name", "phone")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for column in ("email", "full_name", "phone", "wechat_unionid"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    predictions = linker.inference.predict(threshold_match_probability=0.2)
    parts, began = [], time.perf_counter()
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=threshold
        )
        parts.append(
            f"select unique_id as record_id, cluster_id as customer_id, {threshold} as threshold "
            f"from {clusters.physical_name}"
        )
    # A user clusters once: the time of the other thresholds is reported, so that it can be taken off.
    extra = (time.perf_counter() - began) * (len(THRESHOLDS) - 1) / len(THRESHOLDS)
    con.execute(f"copy ({' union all '.join(parts)}) to '{folder / 'splink.parquet'}' (format parquet)")
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    sys.stdout.write("\n" + json.dumps({"peak_bytes": peak, "extra_seconds": extra}) + "\n")


def _read_records(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    listed = ", ".join(
        f"list(distinct value) filter (where namespace = '{name}') as {name}s" for name in ("email", "phone")
    )
    single = ", ".join(f"min(value) filter (where namespace = '{name}') as {name}" for name in NAMESPACES)
    con.execute(
        f"""
        create table records as
        with carried as (
            select record_id, {listed}, {single} from '{folder / "identifiers.parquet"}' group by record_id
        )
        select record.record_id as unique_id, lower(full_name) as full_name, lower(given_name) as given_name,
            lower(family_name) as family_name, name_pinyin, name_simplified, birth_date::varchar as birth_date, email,
            phone, lower(street) as street, lower(city) as city, postcode, split_part(email, '@', 1) as email_local,
            array_to_string(list_sort(string_split(regexp_replace(lower(full_name), '[,.]', '', 'g'), ' ')), ' ')
                as name_sorted,
            coalesce(emails, []) as emails, coalesce(phones, []) as phones, {", ".join(NAMESPACES)}
        from '{folder / "records.parquet"}' as record left join carried on record.record_id = carried.record_id
        order by unique_id
        """
    )
    for column in ("email", "phone"):
        con.execute(
            f"update records set {column} = null where {column} in "
            f"(select {column} from records group by 1 having count(*) > 15)"
        )


def _settings() -> SettingsCreator:
    def level(sql: str, frequency: str | None = None):
        made = cll.CustomLevel(sql)
        return made.configure(tf_adjustment_column=frequency) if frequency else made

    def missing(sql: str):
        return cll.CustomLevel(sql).configure(is_null_level=True)

    name = cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            missing("full_name_l is null or full_name_r is null"),
            cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
            level("name_sorted_l = name_sorted_r or name_simplified_l = name_simplified_r", "full_name"),
            level("name_pinyin_l = name_pinyin_r", "name_pinyin"),
            level(
                "family_name_l = family_name_r and jaro_winkler_similarity(given_name_l, given_name_r) >= 0.9",
                "family_name",
            ),
            level(
                "given_name_l = given_name_r and jaro_winkler_similarity(family_name_l, family_name_r) >= 0.88",
                "given_name",
            ),
            level("jaro_winkler_similarity(name_sorted_l, name_sorted_r) >= 0.92"),
            level("family_name_l = family_name_r and given_name_l[1] = given_name_r[1]", "family_name"),
            level("family_name_l = family_name_r", "family_name"),
            level("given_name_l = given_name_r", "given_name"),
            cll.ElseLevel(),
        ],
    )
    email = cl.CustomComparison(
        output_column_name="email",
        comparison_levels=[
            missing("email_l is null or email_r is null"),
            cll.ExactMatchLevel("email", term_frequency_adjustments=True),
            level("list_has_any(emails_l, emails_r)"),
            level("email_local_l = email_local_r"),
            level("jaro_winkler_similarity(email_l, email_r) >= 0.95"),
            level("jaro_winkler_similarity(email_local_l, email_local_r) >= 0.88"),
            cll.ElseLevel(),
        ],
    )
    phone = cl.CustomComparison(
        output_column_name="phone",
        comparison_levels=[
            missing("phone_l is null or phone_r is null"),
            cll.ExactMatchLevel("phone", term_frequency_adjustments=True),
            level("list_has_any(phones_l, phones_r)"),
            level("damerau_levenshtein(phone_l, phone_r) <= 1"),
            cll.ElseLevel(),
        ],
    )
    address = cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            missing("(street_l is null or street_r is null) and (city_l is null or city_r is null)"),
            cll.ExactMatchLevel("street", term_frequency_adjustments=True),
            level("jaro_winkler_similarity(street_l, street_r) >= 0.9 and city_l = city_r"),
            level("postcode_l = postcode_r", "postcode"),
            level("city_l = city_r", "city"),
            cll.ElseLevel(),
        ],
    )
    date = cl.DateOfBirthComparison("birth_date", input_is_string=True)
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[name, date, email, phone, address, *(cl.ExactMatch(name) for name in NAMESPACES)],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in BLOCKING],
        retain_intermediate_calculation_columns=False,
        max_iterations=20,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
