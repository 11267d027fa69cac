# mypy: ignore-errors
"""What a variant of the peer's settings consists of, and leaving out of it what a table does not have.

Runs in .venv-bench and imports nothing of ours.
"""

import re
from dataclasses import dataclass

from splink import SettingsCreator, block_on

Rule = tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """Settings and how to train them.

    surest: rules that find hardly anything but matches, and the share of all matches they find; training: the rules
    expectation maximisation blocks on; random_pairs: how many pairs u is estimated from;
    plain_training: without term frequencies.
    """

    comparisons: list
    blocking: list
    surest: list
    recall: float
    training: list
    random_pairs: float = 1e6
    plain_training: bool = False


def rules_for(filled: set[str], rules: tuple[Rule, ...]) -> list:
    """The rules all of whose columns hold something, as Splink's blocking rules."""
    return [block_on(*rule) for rule in rules if all(_columns(part) <= filled for part in rule)]


def make_settings(model: Model, link_only: bool) -> SettingsCreator:
    """The peer's settings object."""
    return SettingsCreator(
        link_type="link_only" if link_only else "dedupe_only",
        comparisons=model.comparisons,
        blocking_rules_to_generate_predictions=model.blocking,
        # Nobody reads them: what is timed ends with the clusters.
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
        max_iterations=20,
    )


def _columns(expression: str) -> set[str]:
    """Column names of a rule's part: `substr(phone, -8, 8)` → phone."""
    return set(re.findall(r"[a-z_]+", expression)) - {"substr"}
