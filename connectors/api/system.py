"""What the API of one system asks of everybody who calls it, and what a pull of one stream is given.

An `Api` is data and pure functions: credentials it needs, how a token is got, how a request is signed, which error an
answer stands for, how often it may be called. A `Pull` names the API and the reading of one stream.
"""

import random
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.api.errors import ApiError
from connectors.api.exchange import Reading, Request, Response, State
from connectors.api.pace import Limit, Pace

# A token is renewed this long before it ends, so that no request is under way when it does.
RENEW_BEFORE = 60.0


@dataclass(frozen=True)
class Token:
    """Proof of who we are, until `expires_at` (seconds since 1970)."""

    value: str = field(repr=False)
    expires_at: float
    details: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Retries:
    """Repeating after a Temporary error: `first` seconds, doubling up to `longest`, each between half and whole by
    chance, `attempts` in all. A system that asks for more than `patience` seconds is not waited for."""

    attempts: int = 8
    first: float = 1.0
    longest: float = 60.0
    patience: float = 900.0

    def delay(self, attempt: int, chance: float) -> float:
        """Seconds before repeating for the `attempt`th time; `chance` is between 0 and 1."""
        return float(min(self.longest, self.first * 2 ** (attempt - 1)) * (0.5 + chance / 2))


@dataclass
class Session:
    """One source's dealings with its API: what it was configured with, and the token and pace its streams share."""

    api: "Api"
    base_url: str
    options: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    now: Callable[[], float] = field(repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)
    new_id: Callable[[], str] = field(default=lambda: str(uuid.uuid4()), repr=False)
    retries: Retries = field(default_factory=Retries)
    token: Token | None = None
    pace: Pace = field(init=False, repr=False)
    requests: int = 0

    def __post_init__(self) -> None:
        """A pace of its own."""
        self.pace = Pace(self.api.limits)


Renewal = Generator[Request, Response, Token]


@dataclass(frozen=True, eq=False)
class Api:
    """One system's API.

    `secrets` are the names of its credentials; `options` the further keys of [source.NAME.api] with their defaults (a
    type in place of a default: the key must be given); `renew` yields the unsigned requests that bring a token;
    `judge` says which error an answer stands for, None for a good one.
    """

    name: str
    base_url: str
    secrets: tuple[str, ...]
    sign: Callable[[Session, Request], Request]
    judge: Callable[[Response], ApiError | None]
    renew: Callable[[Session], Renewal] | None = None
    limits: tuple[Limit, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Where a reading starts: `state` of the last page kept when a pull is resumed, else None; `watermark` that the
    last finished pull returned, None for a full pull."""

    options: Mapping[str, Any]
    overlap: float
    now: Callable[[], float]
    watermark: str | None = None
    state: State | None = None


@dataclass(frozen=True, eq=False)
class Pull:
    """How one stream is read from its API."""

    api: Api
    read: Callable[[Start], Reading]
