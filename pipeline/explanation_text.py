"""Explanations in words, the same on the terminal and on the page: who, how likely, resting on what."""

from collections.abc import Sequence

from identity.explanation import Bridge, CustomerExplanation, Explanation, Line
from pipeline.evidence import PairEvidence

_MOST_LINES = 3
_MOST_RECORDS = 12

NOT_APPLIED = "not applied yet (`guiyi run`), or other decisions say otherwise"


def describe_customers(found: PairEvidence) -> str:
    """Whose records they are."""
    left, right = found.customer_id_l, found.customer_id_r
    if left is None or right is None:
        return "not both have been resolved yet: run `guiyi resolve`"
    return f"both belong to customer {left}" if left == right else f"two customers: {left} and {right}"


def describe_verdict(verdict: str) -> str:
    """What a steward decided."""
    return "are one person" if verdict == "same" else "are different persons"


def is_applied(found: PairEvidence) -> bool:
    """Whether who is who agrees with what a steward decided on the pair."""
    together = found.customer_id_l == found.customer_id_r
    return found.decision is None or together == (found.decision.verdict == "same")


def describe_weight(found: Explanation) -> str:
    """The sum of it, and which rules found the pair."""
    rules = ", ".join(found.rules) or "comparing all records of likely customers"
    probability = spell_probability(found.match_probability)
    return f"weight {found.match_weight:+.1f} bits, probability {probability}; found by {rules}"


def describe_lines(lines: Sequence[Line], most: int = _MOST_LINES) -> str:
    """The strongest lines: comparison, level, bits."""
    return ", ".join(f"{line.comparison} {line.level} {line.bits:+.1f}" for line in lines[:most])


def describe_bridge(bridge: Bridge, most: int = _MOST_LINES) -> str:
    """What a bridge rests on."""
    if bridge.decided:
        return "a steward's word"
    return describe_lines([line for line in bridge.lines if line.bits > 0], most) or "nothing that was compared"


def describe_weakest(told: CustomerExplanation, weakest: Bridge) -> list[tuple[str, str]]:
    """The weakest bridge: what it rests on, what speaks against it, what falls apart without it."""
    facts = [("rests on", describe_bridge(weakest))]
    if against := [line for line in weakest.lines if line.bits < 0 and line.level != "none"]:
        facts.append(("against it", describe_lines(against)))
    left, right = (list_records(side) for side in told.sides)
    return [*facts, ("without it", left), ("and", right), ("also across", _describe_across(told))]


def spell_bits(bits: float | None) -> str:
    """Bits with their sign; nothing where there are none."""
    return "" if bits is None else f"{bits:+.1f}"


def spell_probability(probability: float | None) -> str:
    """Four digits, but certain only where it is."""
    if probability is None:
        return ""
    if 0.99995 <= probability < 1:
        return ">0.9999"
    return "<0.0001" if 0 < probability < 0.00005 else f"{probability:.4f}"


def list_records(records: Sequence[str]) -> str:
    """How many, and which, the first of them."""
    rest = len(records) - _MOST_RECORDS
    more = f" and {rest} more" if rest > 0 else ""
    return f"{count(len(records), 'record')}: {', '.join(records[:_MOST_RECORDS])}{more}"


def count(number: int, noun: str) -> str:
    """1 record, 2 records."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _describe_across(told: CustomerExplanation) -> str:
    """What besides the weakest bridge joins its two sides."""
    if not told.across:
        return "no other link"
    weights = [link.match_weight or 0.0 for link in told.across]
    likely = sum(weight > told.threshold for weight in weights)
    most = spell_bits(max(weights))
    return f"{count(len(weights), 'other link')}, {likely} over the threshold, the strongest {most} bits"
