"""What ingestion looks at once the deliveries are in: drift of their columns, freshness of their streams.

In: a stage's work after loading. Out: ops.drift, ops.freshness and counts for the report. Nothing fails here.
"""

from collections import Counter

from pipeline.drift import note_drift
from pipeline.freshness import write_freshness
from pipeline.sources import source_streams
from pipeline.stage import Count, Work


def observe(work: Work) -> dict[str, Count]:
    """Compare what is new in every stream with what it usually brings, and judge when each delivers."""
    found: Counter[str] = Counter()
    for each in source_streams(work.config, work.options.sources):
        found.update(note_drift(work, each))
    return {**found, **write_freshness(work.con, work.config, work.now)}
