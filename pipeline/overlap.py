"""Sources that may tell the same purchases: a tracker sees on the website what the shop's own system has as an order.

In: the configuration and, of a run, how many purchases each source has. Out: pairs of a tracker (a source of a website
or an app) and a shop of the same company: the shop, or its `issuer`, is the tracker's `issuer`, or it names none. The
two are kept apart by key, so that each counts: `leave_out = ["purchase"]` in the tracker's table ends that.
"""

from dataclasses import dataclass

import duckdb

from pipeline.config import Config
from pipeline.sources import source_streams

_TRACKERS = ("website", "app")
_SHOP = "store"


@dataclass(frozen=True)
class Overlap:
    """A tracker and a shop whose purchases may be the same."""

    tracker: str
    shop: str

    def __str__(self) -> str:
        """What is the matter, and how to end it."""
        return (
            f"{self.tracker} and {self.shop} both tell purchases: where they are the same, each counts twice; "
            f'leave_out = ["purchase"] in [source.{self.tracker}] leaves them to {self.shop}'
        )


def find_overlaps(config: Config, telling: set[str] | None = None) -> list[Overlap]:
    """Pairs among the sources that tell purchases: those in `telling`, else those whose mappings do."""
    channels = {
        each.source.name: each.channel
        for each in source_streams(config)
        if each.stream.purchase and (telling is None or each.source.name in telling)
    }
    return [
        Overlap(tracker, shop)
        for tracker, channel in channels.items()
        for shop, other in channels.items()
        if channel in _TRACKERS and other == _SHOP and _may_be_one(config, tracker, shop)
    ]


def purchases_told(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Sources that purchases have come from."""
    return {row[0] for row in con.execute("select distinct source from standard.purchase").fetchall()}


def _may_be_one(config: Config, tracker: str, shop: str) -> bool:
    issuer, other = config.sources[tracker].issuer, config.sources[shop].issuer
    return not other or issuer in (other, shop)
