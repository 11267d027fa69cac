"""Great Expectations: a suite and a pandas frame of the columns it looks at go in, a validation result comes out.

The context is ephemeral and made once per process: nothing is read from or written to disk, and nothing is sent
anywhere. Results are asked for as counts, without sample values, so that no value of a person reaches them.
"""

import logging
import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from quality.errors import SuiteError
from quality.expectations import Expectation, Kind, Severity, Suite

if TYPE_CHECKING:
    import pandas as pd

# "fail" and "quarantine" both say that rows must not go on; Great Expectations knows no word for the second.
_SEVERITIES = {Severity.FAIL: "critical", Severity.QUARANTINE: "critical", Severity.WARN: "warning"}
_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


def judge(suite: Suite, frame: "pd.DataFrame") -> Any:
    """Validate `frame` (columns of `suite.columns`) and return Great Expectations' ExpectationSuiteValidationResult.

    Every single result carries the expectation's name in `expectation_config.meta["name"]`.
    """
    expectations = [_translate(each) for each in suite.expectations]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
        # Validated directly: writing suites and results to the context's stores would take as long as judging.
        result = batch.validate(
            _library().ExpectationSuite(name=suite.name, expectations=expectations), result_format=_COUNTS_ONLY
        )
    _refuse_crashes(suite, result)
    return result


@cache
def _library() -> Any:
    """The package: imported late because it takes seconds, and without its deprecation warnings and statistics."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations
        import great_expectations.expectations
    # Its log repeats results and settings; what matters is in ops.quality_result.
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return great_expectations


@cache
def _batch_definition() -> Any:
    """Where every frame is handed in, within one context for all suites of the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = _library().get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("all rows")


def _translate(expectation: Expectation) -> Any:
    """The expectation in Great Expectations' own classes: `expect_column_…` is the class `ExpectColumn…`."""
    class_name = "".join(part.capitalize() for part in expectation.kind.value.split("_"))
    return getattr(_library().expectations, class_name)(
        **_arguments(expectation),
        mostly=expectation.at_least,
        severity=_SEVERITIES[expectation.severity],
        notes=expectation.reason,
        meta={"name": expectation.name},
    )


def _arguments(expectation: Expectation) -> dict[str, Any]:
    match expectation.kind:
        case Kind.UNIQUE_TOGETHER:
            return {"column_list": list(expectation.columns), "ignore_row_if": "never"}
        case Kind.ONE_OF:
            return {"column": expectation.columns[0], "value_set": list(expectation.limits)}
        case Kind.SHAPED:
            return {"column": expectation.columns[0], "regex": rf"^(?:{expectation.limits[0]})\Z"}
        case Kind.WITHIN:
            low, high = expectation.limits
            return {"column": expectation.columns[0], "min_value": low, "max_value": high}
        case _:
            return {"column": expectation.columns[0]}


def _refuse_crashes(suite: Suite, result: Any) -> None:
    """An expectation that raised was not judged; Great Expectations would report it as broken.

    Its message may quote values, so only the expectation's name is told.
    """
    for each in result.results:
        if _raised(each.exception_info):
            raise SuiteError(
                f"suite {suite.name}: {each.expectation_config.meta['name']} could not be judged: does its column have "
                "the type the expectation is for?"
            )


def _raised(info: dict[str, Any]) -> bool:
    # Either one entry, or one per metric.
    return bool(info.get("raised_exception")) or any(
        isinstance(entry, dict) and entry.get("raised_exception") for entry in info.values()
    )
