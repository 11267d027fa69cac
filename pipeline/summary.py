"""What `guiyi run` prints at the end: the counts of every stage, the time it took, and for demo data the score."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.config import Config
from pipeline.stage import Count, StageReport

_LINES = (
    ("rows delivered", "ingest", "rows_in"),
    ("rows loaded", "ingest", "rows_out"),
    ("rows quarantined", "ingest", "quarantined"),
    ("values not understood", "standardise", "unparsed"),
    ("records", "resolve", "rows_in"),
    ("candidate pairs", "resolve", "candidate_pairs"),
    ("customers", "resolve", "customers"),
    ("merges of existing customers", "resolve", "merged"),
    ("conflicts set aside", "resolve", "conflicts_set_aside"),
    ("decisions contradicted by others", "resolve", "decisions_contradicted"),
    ("decisions on records that are gone", "resolve", "decisions_without_record"),
    ("doubtful merges for review", "resolve", "review"),
    ("largest customer (records)", "resolve", "largest_customer"),
    ("share of records in customers over 20", "resolve", "share_in_customers_over_20"),
    ("events", "profile", "events"),
    ("events with a customer", "profile", "events_with_customer"),
    ("purchases", "profile", "purchases"),
    ("segment members", "extract", "members"),
    ("extracted", "extract", "consented"),
    ("withheld (no consent or no address)", "extract", "withheld"),
    ("quality warnings", "all", "quality_warnings"),
)


def print_summary(console: Console, config: Config, reports: list[StageReport]) -> None:
    """Print counts, times, and the score when the inbox holds a truth."""
    counts = {report.stage: report.counts for report in reports}
    warnings = sum(int(each.get("quality_warnings", 0)) for each in counts.values())
    counts["all"] = {"quality_warnings": warnings}
    console.print()
    console.print(_count_table(counts))
    console.print(_time_table(reports))
    truth = config.inbox / "truth.parquet"
    if truth.exists():
        console.print(_score_table(config, truth))
    console.print(f"analysts open {config.published / 'customers.duckdb'}", highlight=False, soft_wrap=True)


def _count_table(counts: dict[str, dict[str, Count]]) -> Table:
    table = Table(title="run", title_justify="left", show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for label, stage, name in _LINES:
        value = counts.get(stage, {}).get(name)
        if value is not None:
            table.add_row(label, f"{value:,}" if isinstance(value, int) else str(value))
    return table


def _time_table(reports: list[StageReport]) -> Table:
    table = Table(title="time", title_justify="left")
    table.add_column("stage")
    table.add_column("status")
    table.add_column("seconds", justify="right")
    for report in reports:
        table.add_row(report.stage, report.status, f"{report.seconds:.1f}")
    table.add_section()
    table.add_row("all", "", f"{sum(report.seconds for report in reports):.1f}")
    return table


def _score_table(config: Config, truth: Path) -> Table:
    from pipeline.judgement import judge_warehouse

    measures = judge_warehouse(config.warehouse, truth)
    table = Table(title="against the demo's truth", title_justify="left", show_header=False)
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in measures.items():
        table.add_row(name.replace("_", " "), f"{value:.4f}" if isinstance(value, float) else f"{value:,}")
    return table
