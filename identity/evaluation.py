"""Clusters against truth: two tables in, the measures of entity resolution out.

Pairs are never expanded: the number of pairs two partitions share follows from the counts of records per combination of
cluster and person (Rand 1971). B-cubed as in Bagga and Baldwin (1998).
"""

from __future__ import annotations

import duckdb


def evaluate(con: duckdb.DuckDBPyConnection, clusters: str, truth: str) -> dict[str, float | int]:
    """Pair and B-cubed precision, recall and F1, and what was over- and under-merged.

    clusters: table (record_id, customer_id); truth: table (record_id, person_id). Only records in both are judged;
    `truth_coverage` is the share of clustered records that have a truth. Measures lie between 0 and 1.
    """
    row = con.execute(f"""
        with judged as (
            select c.customer_id, t.person_id from {clusters} c join {truth} t using (record_id)
        ),
        cells as (select customer_id, person_id, count(*)::double as n from judged group by all),
        customers as (
            select customer_id, sum(n) as n, count(*) as persons from cells group by customer_id
        ),
        persons as (
            select person_id, sum(n) as n, count(*) as customers from cells group by person_id
        )
        select
            (select count(*) from judged) as records,
            (select count(*) from {clusters}) as clustered,
            (select coalesce(sum(n * (n - 1) / 2), 0) from cells) as pairs_both,
            (select coalesce(sum(n * (n - 1) / 2), 0) from customers) as pairs_found,
            (select coalesce(sum(n * (n - 1) / 2), 0) from persons) as pairs_true,
            (select coalesce(sum(cells.n * cells.n / customers.n), 0)
                from cells join customers using (customer_id)) as purity,
            (select coalesce(sum(cells.n * cells.n / persons.n), 0)
                from cells join persons using (person_id)) as completeness,
            (select coalesce(max(n), 0) from customers) as largest,
            (select count(*) from customers where persons > 1) as over_merged,
            (select count(*) from persons where customers > 1) as under_merged,
            (select count(*) from customers) as customers,
            (select count(*) from persons) as persons
    """).fetchone()
    assert row is not None  # an aggregate always returns a row
    records, clustered, both, found, true, purity, completeness, largest, over, under, customers, persons = row
    precision, recall = _ratio(both, found), _ratio(both, true)
    b_precision, b_recall = _ratio(purity, records), _ratio(completeness, records)
    return {
        "pair_precision": precision,
        "pair_recall": recall,
        "pair_f1": _harmonic(precision, recall),
        "bcubed_precision": b_precision,
        "bcubed_recall": b_recall,
        "bcubed_f1": _harmonic(b_precision, b_recall),
        "largest_cluster": int(largest),
        "over_merged_customers": int(over),
        "under_merged_persons": int(under),
        "customers": int(customers),
        "persons": int(persons),
        "records": int(records),
        "truth_coverage": _ratio(records, clustered),
    }


def _ratio(part: float, whole: float) -> float:
    """Part of a whole; one where there is nothing to get wrong."""
    return float(part) / float(whole) if whole else 1.0


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
