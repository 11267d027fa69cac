"""Data Docs: one page per suite with Great Expectations' rendering of its last result, and an index of all suites.

The pages come from Great Expectations' own renderers, set in a page that needs nothing from the network: its standard
site loads styles, scripts and a picture from seven hosts, so offline it is unreadable, and online it tells them who
reads it. The index comes from ops.quality_result, so it names every suite even when each ran in a process of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from quality.expectations import Suite
from quality.outcomes import Outcome

_TEMPLATES = Path(__file__).parent / "pages"


def write_page(
    directory: Path,
    suite: Suite,
    outcomes: Sequence[Outcome],
    result: Any,
    run_id: str,
    checked_at: datetime,
    *,
    counted: bool,
) -> None:
    """Write the page of one suite: its expectations with their reasons, then Great Expectations' view of `result`."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    directory.mkdir(parents=True, exist_ok=True)
    document = ValidationResultsPageRenderer().render(result).to_json_dict()
    # The first section is an overview of the library's own settings; ours tells the reasons instead.
    text = _template("table.html").render(
        sections=document["sections"][1:],
        outcomes=outcomes,
        table=suite.table,
        purpose=suite.purpose,
        run_id=run_id,
        checked_at=_shown(checked_at),
        counted=counted,
        style=_style(),
    )
    _write(directory / _page_name(suite.name), text)


def write_index(directory: Path, con: duckdb.DuckDBPyConnection, purposes: Mapping[str, str]) -> None:
    """Write index.html: the latest outcome of every suite, in the order of `purposes` (suite name to purpose)."""
    directory.mkdir(parents=True, exist_ok=True)
    latest = {row["name"]: row for row in _latest_outcomes(con)}
    suites = [
        latest[name] | {"purpose": purpose, "page": _existing_page(directory, name)}
        for name, purpose in purposes.items()
        if name in latest
    ]
    _write(directory / "index.html", _template("index.html").render(suites=suites, style=_style()))


def _latest_outcomes(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = con.execute(
        """
        with latest as (
            select r.suite, max_by(r.run_id, (r.checked_at, r.run_id)) as run_id
            from ops.quality_result as r
            group by all
        )
        select
            r.suite as name,
            r.run_id,
            max(r.checked_at) as checked_at,
            max(r.checked_rows) as checked_rows,
            count(*) as expectations,
            count(*) filter (where r.success) as held,
            list({
                'severity': r.severity, 'expectation': r.expectation, 'failed_rows': r.failed_rows, 'reason': r.reason
            } order by r.severity, r.expectation) filter (where not r.success) as broken
        from ops.quality_result as r
        join latest as l on l.suite = r.suite and l.run_id = r.run_id
        group by all
        """
    ).fetchall()
    return [
        {
            "name": name,
            "run_id": run_id,
            "checked_at": _shown(checked_at),
            "rows": checked_rows or 0,
            "expectations": expectations,
            "held": held,
            "broken": broken or [],
        }
        for name, run_id, checked_at, checked_rows, expectations, held, broken in rows
    ]


@cache
def _template(name: str) -> Any:
    """A page of ours in Great Expectations' template environment, which knows how to draw its sections."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView().env.from_string((_TEMPLATES / name).read_text(encoding="utf-8"))


@cache
def _style() -> Any:
    from markupsafe import Markup

    return Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8"))


def _page_name(suite_name: str) -> str:
    return f"{suite_name}.html"


def _existing_page(directory: Path, suite_name: str) -> str | None:
    return _page_name(suite_name) if (directory / _page_name(suite_name)).exists() else None


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _write(path: Path, text: str) -> None:
    # Replaced in one step: somebody may be reading the page.
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
