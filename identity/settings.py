"""Settings of the engine: config/identity.toml in, frozen dataclasses out.

Every setting has a default, so the engine runs without a file. What the data can tell (weights, threshold,
generic values) is not a setting.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from identity.errors import SettingsError

NAMESPACE_KINDS = ("person", "household", "device")
COMPARISON_KINDS = ("name", "date", "category", "text", "number", "identifier")


@dataclass(frozen=True)
class Namespace:
    """What a kind of identifier can prove.

    kind: `person` values point at one person, `household` values at a few, `device` values never join persons.
    max_persons: a value carried by more different names than this is only weak evidence.
    unique_per_person: one person has one value per issuer, so two values veto a merge.
    trust: share of record pairs with the same value that are the same person, as far as is known beforehand.
    """

    kind: str = "person"
    max_persons: int = 3
    unique_per_person: bool = False
    trust: float = 0.95


@dataclass(frozen=True)
class ExtraComparison:
    """An attribute beyond the standard ones: a column of the records table and how to compare it."""

    column: str
    kind: str


@dataclass(frozen=True)
class ExtraBlocking:
    """A further blocking rule: records that agree on all keys (columns or SQL expressions) are compared."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class BlockLimits:
    """How many candidate pairs blocking may make.

    largest_block: records that may share one key; larger blocks are not evidence and too costly.
    pairs_per_record: pairs a single rule may add, per record, before its largest blocks are dropped.
    broad_pairs_per_record: the same for broad rules (one attribute), which only run when they are cheap.
    """

    largest_block: int = 200
    pairs_per_record: float = 2.0
    broad_pairs_per_record: float = 0.3


@dataclass(frozen=True)
class ClusterLimits:
    """Bounds of clustering: records of one customer beyond which a person should look at it."""

    plausible_records: int = 60


@dataclass(frozen=True)
class EpochLimits:
    """When weights are learned anew without being asked.

    learn_below: a table of fewer records learns on every run, which costs seconds; larger ones keep their epoch and
    look only at what changed. growth: records added or gone since, as a share, from which even those learn anew.
    """

    learn_below: int = 200_000
    growth: float = 0.5


DEFAULT_NAMESPACES: Mapping[str, Namespace] = MappingProxyType(
    {
        "email": Namespace(max_persons=3, trust=0.97),
        "phone": Namespace(max_persons=3, trust=0.90),
        # People type it, so a second value is weighed and does not veto; say unique_per_person where ids are verified.
        "national_id": Namespace(max_persons=2, trust=0.999),
        "wechat_unionid": Namespace(max_persons=2, unique_per_person=True, trust=0.999),
        "wechat_openid": Namespace(max_persons=2, trust=0.995),
        "wecom_external_userid": Namespace(max_persons=2, trust=0.995),
        "user_id": Namespace(max_persons=2, trust=0.99),
        "anonymous_id": Namespace(kind="device"),
        "device_id": Namespace(kind="device"),
        # Advertising and hardware ids: a family's tablet has one of each.
        **dict.fromkeys(("idfa", "idfv", "gaid", "oaid", "android_id", "imei"), Namespace(kind="device")),
        # As typed into a form: no better than a phone number.
        **dict.fromkeys(("wechat_account", "qq"), Namespace(max_persons=3, trust=0.90)),
    }
)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. See the classes of the parts for meaning and units."""

    namespaces: Mapping[str, Namespace] = field(default_factory=lambda: DEFAULT_NAMESPACES)
    comparisons: tuple[ExtraComparison, ...] = ()
    blocking: tuple[ExtraBlocking, ...] = ()
    blocks: BlockLimits = BlockLimits()
    clusters: ClusterLimits = ClusterLimits()
    epochs: EpochLimits = EpochLimits()

    def namespace(self, name: str) -> Namespace:
        """What is known about a namespace; one that is not configured is trusted like a customer number."""
        return self.namespaces.get(name, Namespace(max_persons=2, trust=0.98))


def load_settings(path: Path | str | None = None) -> Settings:
    """Settings from a TOML file; defaults where it is silent or where there is no file."""
    if path is None or not Path(path).exists():
        return Settings()
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    unknown = set(document) - {"namespace", "comparison", "blocking", "blocks", "clusters", "epochs"}
    if unknown:
        raise SettingsError(f"unknown section in the identity settings: {', '.join(sorted(unknown))}")
    namespaces = dict(DEFAULT_NAMESPACES)
    for name, entry in document.get("namespace", {}).items():
        namespaces[name] = _fill(namespaces.get(name, Namespace()), entry, f"namespace.{name}")
        if namespaces[name].kind not in NAMESPACE_KINDS:
            raise SettingsError(f"namespace.{name}: kind must be one of {', '.join(NAMESPACE_KINDS)}")
    settings = Settings(
        namespaces=MappingProxyType(namespaces),
        blocks=_fill(BlockLimits(), document.get("blocks", {}), "blocks"),
        clusters=_fill(ClusterLimits(), document.get("clusters", {}), "clusters"),
        epochs=_fill(EpochLimits(), document.get("epochs", {}), "epochs"),
    )
    return extend_settings(settings, document.get("comparison", ()), document.get("blocking", ()))


def extend_settings(
    settings: Settings,
    comparisons: Iterable[Mapping[str, Any]] = (),
    blocking: Iterable[Mapping[str, Any]] = (),
) -> Settings:
    """The settings with the `[[comparison]]` and `[[blocking]]` entries of a map added."""
    extra_comparisons = []
    for entry in comparisons:
        if set(entry) != {"column", "kind"} or entry["kind"] not in COMPARISON_KINDS:
            raise SettingsError(
                f"a [[comparison]] entry needs column and kind; kinds are {', '.join(COMPARISON_KINDS)}"
            )
        extra_comparisons.append(ExtraComparison(str(entry["column"]), str(entry["kind"])))
    extra_blocking = []
    for entry in blocking:
        keys = entry.get("keys")
        if set(entry) != {"keys"} or not isinstance(keys, list) or not keys:
            raise SettingsError("a [[blocking]] entry needs keys, a list of columns or SQL expressions")
        extra_blocking.append(ExtraBlocking(tuple(str(key) for key in keys)))
    return replace(
        settings,
        comparisons=settings.comparisons + tuple(extra_comparisons),
        blocking=settings.blocking + tuple(extra_blocking),
    )


def _fill(default: Any, entry: Mapping[str, Any], where: str) -> Any:
    """The dataclass with the entry's values, each checked for name and type."""
    known = {item.name: type(getattr(default, item.name)) for item in fields(default)}
    for key, value in entry.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown setting {key}; known are {', '.join(sorted(known))}")
        wanted = (int, float) if known[key] is float else known[key]
        if not isinstance(value, wanted):
            raise SettingsError(f"{where}.{key} must be of type {known[key].__name__}")
    return replace(default, **entry)
