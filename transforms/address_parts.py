"""The parts of an address as a row: what the two readers (Chinese, Western) take in and give out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """One address; null where nothing is known. `address` is the whole in one line, `street` what is below the city."""

    address: str | None = None
    street: str | None = None
    district: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    ambiguous: bool = False
    reason: str | None = None
