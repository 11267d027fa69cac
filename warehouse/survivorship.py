"""The settings of the golden record and the marts: config/customer.toml, read and checked.

In: the file. Out: `CustomerSettings`, whose `parameters` are what the SQL files under sql/customer and sql/mart name
with a dollar sign.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.mart_settings import SECTIONS, UnusableSetting, read_mart_settings

RULES = ("verified_first", "most_trusted", "most_recent", "most_frequent", "most_complete")

# Fields that survive on their own or, for name and address, together; with the columns `prefer` may name.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("full_name", "given_name", "family_name", "name_script", "name_pinyin"),
    "gender": ("gender",),
    "birth_date": ("birth_date",),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("country", "region", "city", "district", "postcode", "address"),
    "company": ("company",),
    "language": ("language",),
    "wechat_unionid": ("wechat_unionid",),
    "wechat_openid": ("wechat_openid",),
}

_SECTIONS = {"survivorship", "stitching", "sessions", "money", "lifecycle", "channels", "value", "churn"}


class CustomerSettingsError(ValueError):
    """config/customer.toml says something that cannot be used; the text names the section and the key."""


@dataclass(frozen=True)
class FieldRules:
    """How one field survives: rules in order, sources by trust, columns to prefer, sources that verify the value."""

    field: str
    rules: tuple[str, ...]
    trust: tuple[str, ...]
    prefer: tuple[str, ...] = ()
    verified_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomerSettings:
    """What config/customer.toml says; days are whole days, rates are base currency units for one unit."""

    fields: tuple[FieldRules, ...]
    window_days: int
    max_customers: int
    session_minutes: int
    base_currency: str
    rates: dict[str, float]
    new_days: int
    active_days: int
    lost_days: int
    channels: dict[str, tuple[str, ...]]
    minimum_buyers: int
    minimum_repeat_buyers: int
    churn: dict[str, float]
    marts: dict[str, object]

    def parameters(self, as_of: date, source_channels: Mapping[str, str] | None = None) -> dict[str, object]:
        """The values of every $parameter under sql/customer and sql/mart, for marts that look back from `as_of`.

        `source_channels` (source → channel) is what the connectors say; the settings' own channels go before it.
        """
        own = {source: channel for channel, sources in self.channels.items() for source in sources}
        placed = {**(source_channels or {}), **own}
        return {
            "as_of": as_of,
            "rules": [
                {key: value if key == "field" else list(value) for key, value in asdict(row).items()}
                for row in self.fields
            ],
            "rates": [{"currency": currency, "rate": rate} for currency, rate in sorted(self.rates.items())],
            "channels": [{"source": source, "channel": channel} for source, channel in sorted(placed.items())],
            "window_days": self.window_days,
            "max_customers": self.max_customers,
            "session_minutes": self.session_minutes,
            "new_days": self.new_days,
            "active_days": self.active_days,
            "lost_days": self.lost_days,
            **self.churn,
            **self.marts,
            # Found out by the profile stage (FOUND_OUT in pipeline/profile.py); without it, nothing.
            "removal": [],
            "review": [],
            "freshness": [],
        }


def read_customer_settings(path: Path) -> CustomerSettings:
    """Read config/customer.toml; CustomerSettingsError says what to mend."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CustomerSettingsError(f"{path} does not exist: put customer.toml beside guiyi.toml") from None
    except tomllib.TOMLDecodeError as error:
        raise CustomerSettingsError(f"{path}: {error}") from None
    try:
        return _settings(data)
    except (CustomerSettingsError, UnusableSetting) as error:
        raise CustomerSettingsError(f"{path}: {error}") from None


def _settings(data: dict[str, Any]) -> CustomerSettings:
    _refuse_unknown("the file", data, _SECTIONS | SECTIONS)
    stitching, money, lifecycle = (data.get(section, {}) for section in ("stitching", "money", "lifecycle"))
    settings = CustomerSettings(
        fields=_fields(data.get("survivorship", {})),
        window_days=_days("stitching", stitching, "window_days"),
        max_customers=_days("stitching", stitching, "max_customers"),
        session_minutes=_days("sessions", data.get("sessions", {}), "pause_minutes"),
        base_currency=str(money.get("base_currency", "")),
        rates=_rates(money),
        new_days=_days("lifecycle", lifecycle, "new_days"),
        active_days=_days("lifecycle", lifecycle, "active_days"),
        lost_days=_days("lifecycle", lifecycle, "lost_days"),
        channels=_channels(data.get("channels", {})),
        minimum_buyers=_days("value", data.get("value", {}), "minimum_buyers"),
        minimum_repeat_buyers=_days("value", data.get("value", {}), "minimum_repeat_buyers"),
        churn=_churn(data.get("churn", {})),
        marts=read_mart_settings(data),
    )
    if not settings.new_days < settings.active_days < settings.lost_days:
        raise CustomerSettingsError("[lifecycle] needs new_days < active_days < lost_days")
    return settings


def _fields(survivorship: dict[str, Any]) -> tuple[FieldRules, ...]:
    _refuse_unknown("[survivorship]", survivorship, {"trust", "field"})
    entries = survivorship.get("field", {})
    _refuse_unknown("[survivorship.field]", entries, set(FIELDS))
    if missing := [field for field in FIELDS if field not in entries]:
        raise CustomerSettingsError(f"[survivorship.field] lacks {', '.join(missing)}")
    trust = tuple(survivorship.get("trust", ()))
    return tuple(_field(field, entries[field], trust) for field in FIELDS)


def _field(field: str, entry: dict[str, Any], trust: tuple[str, ...]) -> FieldRules:
    section = f"[survivorship.field.{field}]"
    _refuse_unknown(section, entry, {"rules", "trust", "prefer", "verified_by"})
    rules, prefer = tuple(entry.get("rules", ())), tuple(entry.get("prefer", ()))
    if not rules:
        raise CustomerSettingsError(f"{section} needs rules, one or more of {', '.join(RULES)}")
    _refuse_unknown(f"{section} rules", rules, set(RULES))
    _refuse_unknown(f"{section} prefer", prefer, set(FIELDS[field]))
    return FieldRules(field, rules, tuple(entry.get("trust", trust)), prefer, tuple(entry.get("verified_by", ())))


def _rates(money: dict[str, Any]) -> dict[str, float]:
    _refuse_unknown("[money]", money, {"base_currency", "rates_on", "rates"})
    rates = {str(currency): float(rate) for currency, rate in money.get("rates", {}).items()}
    base = money.get("base_currency")
    if rates.get(str(base)) != 1:
        raise CustomerSettingsError("[money.rates] must give base_currency the rate 1")
    if bad := sorted(currency for currency, rate in rates.items() if rate <= 0):
        raise CustomerSettingsError(f"[money.rates] needs positive rates, not so for {', '.join(bad)}")
    return rates


def _channels(channels: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    sources = [source for names in channels.values() for source in names]
    if twice := sorted({source for source in sources if sources.count(source) > 1}):
        raise CustomerSettingsError(f"[channels] names {', '.join(twice)} twice; a source has one channel")
    return {channel: tuple(names) for channel, names in channels.items()}


def _churn(churn: dict[str, Any]) -> dict[str, float]:
    """Weights between 0 and 1, and the scores from which a risk is medium or high."""
    known = {"complaint_weight": 1, "detractor_weight": 1, "refund_weight": 1, "medium_risk": 100, "high_risk": 100}
    _refuse_unknown("[churn]", churn, set(known))
    for key, most in known.items():
        value = churn.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise CustomerSettingsError(f"[churn] {key} must be a number from 0 to {most}")
    if not churn["medium_risk"] < churn["high_risk"]:
        raise CustomerSettingsError("[churn] needs medium_risk < high_risk")
    return {key: float(churn[key]) for key in known}


def _days(section: str, entry: dict[str, Any], key: str) -> int:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise CustomerSettingsError(f"[{section}] {key} must be a whole number from 1")
    return value


def _refuse_unknown(where: str, given: Any, known: set[str]) -> None:
    if unknown := sorted(set(given) - known):
        raise CustomerSettingsError(f"{where} has unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
