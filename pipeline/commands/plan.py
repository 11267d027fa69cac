"""The plan of blocking on a terminal: how the columns are filled, what each rule costs and adds, what no rule finds.

In: a Plan (identity/plan.py) and a console. Out: text of column and rule names and counts, never a value.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from identity.plan import SMALL_TABLE, ColumnCount, Plan, RulePlan
from pipeline.waterfall import plain_table

_SMALLEST = 0.00005  # what rounds to nothing is left blank, so that what counts is seen


def print_plan(console: Console, plan: Plan) -> None:
    """Columns, rules, and what the plan comes to."""
    _print_columns(console, plan.columns)
    _print_rules(console, plan.rules)
    if plan.silent:
        _say(console, f"no two records agree, or a column is empty: {', '.join(plan.silent)}")
    if plan.left_out:
        _say(console, f"left out, for all their blocks are too large: {', '.join(plan.left_out)}")
    _say(console, f"about {plan.matches:,.0f} candidate pairs are expected to be one person")
    _say(console, _describe_unseen(plan))
    share = 100 * plan.pairs / max(plan.all_pairs, 1)
    records = f"{plan.records:,} record{'s' if plan.records != 1 else ''}"
    pairs = f"{plan.pairs:,} candidate pairs: {plan.pairs / plan.records:,.1f} per record, {share:.3g}% of all pairs"
    _say(console, f"{records}, {pairs}")


def _print_columns(console: Console, columns: Iterable[ColumnCount]) -> None:
    table = plain_table("columns, and how many of the rules that need them run")
    table.add_column("column", overflow="fold")
    for name in ("filled", "distinct", "most frequent", "rules run"):
        table.add_column(name, justify="right", no_wrap=True)
    empty = []
    for each in columns:
        if not each.distinct:
            empty.append(each.column)
            continue
        table.add_row(
            Text(each.column),
            f"{each.filled:.1%}",
            f"{each.distinct:,}",
            f"{each.largest:.2%}",
            f"{each.running} of {each.rules}" if each.rules else "no rule",
        )
    console.print(table)
    if empty:
        _say(console, f"empty: {', '.join(empty)}")
    console.print()


def _print_rules(console: Console, rules: Iterable[RulePlan]) -> None:
    table = plain_table("rules, the one that adds most first")
    table.add_column("rule", overflow="fold")
    for name in ("pairs", "only\nthis rule", "adds\nrecall", "recall\nso far", "blocks\nleft out"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in rules:
        table.add_row(
            Text(each.rule),
            f"{each.pairs:,}",
            _spell(each.only_this_rule),
            f"{each.adds:.2%}" if each.adds >= _SMALLEST else "",
            f"{each.recall:.2%}",
            _spell(each.dropped_blocks),
        )
    console.print(table)
    console.print()


def _spell(number: int) -> str:
    return f"{number:,}" if number else ""


def _describe_unseen(plan: Plan) -> str:
    """What the recall leaves out, and how that is known."""
    if plan.rules and plan.rules[-1].rule == SMALL_TABLE:
        alone = plan.rules[-2].recall if len(plan.rules) > 1 else 0.0
        return f"the table is small: every pair is compared; by their keys, rules would find {alone:.2%} of the matches"
    if plan.unseen is None:
        return (
            "how many matches no rule finds cannot be told from this table; recall is a share of those that are found"
        )
    share = plan.unseen / max(plan.matches + plan.unseen, 1e-9)
    if share < _SMALLEST:
        return f"how {_list(plan.evidence)} overlap in finding matches gives no sign of any that no rule finds"
    return (
        f"no rule finds at least {share:.2%} of all matches, as estimated from how {_list(plan.evidence)} overlap in "
        "finding the others"
    )


def _list(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False)
