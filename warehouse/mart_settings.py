"""The settings of relations, journeys, attribution, feedback and products: sections of config/customer.toml.

In: the file as a dictionary. Out: the values of the $parameters that the SQL files concerned name. What is missing has
the default that stands here; what cannot be used is an UnusableSetting, whose text names section and key.
"""

import re
from collections.abc import Mapping
from typing import Any

SECTIONS = frozenset({"relationship", "journey", "attribution", "feedback", "affinity"})

# Section → key → default. Whole numbers from 1, shares between 0 and 1, lists of words; tables are read further below.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "relationship": {"max_sharers": 10, "max_colleagues": 50, "public_domains": []},
    "journey": {"path_days": 90, "max_touches": 20, "contacts": [], "step": [], "channel": {}},
    "attribution": {"half_life_days": 7},
    "feedback": {"low_csat": 2, "complaint_words": []},
    "affinity": {
        "min_baskets": 5, "min_support": 0.0, "max_basket": 50, "max_partners": 20, "recent_products": 5,
        "next_partners": 5, "next_products": 3,
    },
}  # fmt: skip
_CHANNEL_KINDS = ("mediums", "campaigns", "referrers")
_NEVER = r"[^\s\S]"


class UnusableSetting(ValueError):
    """A setting that cannot be used."""


def read_mart_settings(data: Mapping[str, Any]) -> dict[str, object]:
    """The $parameters of these sections."""
    values = {section: _section(section, data.get(section, {})) for section in sorted(SECTIONS)}
    journey, feedback, relationship = values["journey"], values["feedback"], values["relationship"]
    return {
        **{key: value for section in values.values() for key, value in section.items() if not isinstance(value, dict)},
        "public_domains": [domain.lower() for domain in relationship["public_domains"]],
        "step": _steps(journey["step"]),
        "channel_words": _channel_words(journey["channel"]),
        "complaint_pattern": "|".join(re.escape(word.lower()) for word in feedback["complaint_words"]) or _NEVER,
    }


def _section(section: str, given: Mapping[str, Any]) -> dict[str, Any]:
    defaults = _DEFAULTS[section]
    _refuse_unknown(f"[{section}]", given, defaults)
    return {key: _value(f"[{section}] {key}", given.get(key, default), default) for key, default in defaults.items()}


def _value(where: str, value: Any, default: Any) -> Any:
    """The value, when it is of the kind of its default."""
    if isinstance(default, float):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise UnusableSetting(f"{where} must be a share between 0 and 1")
        return float(value)
    if isinstance(default, int):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UnusableSetting(f"{where} must be a whole number from 1")
        return value
    if not isinstance(value, type(default)):
        raise UnusableSetting(f"{where} must be a {'list' if isinstance(default, list) else 'table'}")
    if isinstance(value, list) and not where.endswith(" step"):
        _refuse_blank(where, value)
    return value


def _steps(entries: list[Any]) -> list[dict[str, object]]:
    """[[journey.step]] in order: name, and the event names and first parts of page paths that are the step."""
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise UnusableSetting("[[journey.step]] needs a name")
        _refuse_unknown("[[journey.step]]", entry, ("name", "events", "pages"))
        for key in ("events", "pages"):
            _refuse_blank(f"[[journey.step]] {entry['name']} {key}", entry.get(key, []))
    return [
        {
            "number": number,
            "name": entry["name"],
            "events": [_plain(name) for name in entry.get("events", [])],
            "pages": list(entry.get("pages", [])),
        }
        for number, entry in enumerate(entries, 2)
    ]


def _plain(name: str) -> str:
    """An event name as the SQL compares it: "Product Added", product_added and productAdded are the same."""
    return re.sub(r"[\W_]+", "", name.lower())


def _channel_words(channels: Mapping[str, Any]) -> list[dict[str, object]]:
    """[journey.channel.NAME] as one list of words; of two that fit, the one further up in the file counts."""
    words: list[dict[str, object]] = []
    for channel, entry in channels.items():
        if not isinstance(entry, dict):
            raise UnusableSetting(f"[journey.channel.{channel}] must be a table")
        _refuse_unknown(f"[journey.channel.{channel}]", entry, _CHANNEL_KINDS)
        for kind in _CHANNEL_KINDS:
            _refuse_blank(f"[journey.channel.{channel}] {kind}", entry.get(kind, []))
            words += [
                {"channel": channel, "kind": kind, "word": word.lower(), "place": len(words) + place}
                for place, word in enumerate(entry.get(kind, []))
            ]
    return words


def _refuse_blank(where: str, words: Any) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        raise UnusableSetting(f"{where} must be a list of words")


def _refuse_unknown(where: str, given: Mapping[str, Any], known: Any) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise UnusableSetting(f"{where} has unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
