"""Snowplow's columns are those of its specification, in that order: a column too few would shift all that follow."""

from pathlib import Path

import pytest

from connectors.sources.snowplow_fields import ENRICHED

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "payloads" / "snowplow_enriched_fields.tsv"


def test_there_are_131_different_columns():
    assert len(ENRICHED) == len(set(ENRICHED)) == 131
    # Where they stand in every line, as the specification's examples show them.
    assert [ENRICHED.index(name) for name in ("event_id", "user_id", "contexts", "unstruct_event")] == [6, 12, 52, 58]


def test_they_are_the_published_ones():
    if not PUBLISHED.exists():
        pytest.skip("the list of Snowplow's enriched fields is not beside this checkout (shared/data/payloads)")
    published = [line.split("\t")[0] for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert list(ENRICHED) == published
