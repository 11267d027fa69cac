"""What passes between a reading (which knows the system) and whoever does the calls (which knows the network).

A reading yields a Request and receives a Response; it yields a Page when records are complete and a Pause where the
documentation asks to wait, and receives None for both. It returns the watermark the next pull starts from. Nothing
here shows a credential or a value when it is printed.
"""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.api.errors import Unreachable

# All a later process needs to go on after a page; JSON values only.
State = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A call. `url` is a path under the source's base_url, or a whole address; `json` is sent as a JSON body, `data`
    as a form. An unsigned request carries no token."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    data: Mapping[str, str] | None = field(default=None, repr=False)
    signed: bool = True


@dataclass(frozen=True)
class Response:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text; Unreachable when it is not UTF-8."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreachable("the answer is not valid UTF-8", status=self.status) from None

    def document(self) -> Any:
        """The body read as JSON; Unreachable when it is none, as when a proxy answers in the system's place."""
        try:
            return json.loads(self.text, strict=False)
        except (json.JSONDecodeError, RecursionError):
            raise Unreachable("the answer is not JSON", status=self.status) from None

    @property
    def date(self) -> float | None:
        """The server's clock when it answered, as seconds since 1970."""
        try:
            return parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True)
class Cut:
    """What stands for a Response when none came: the connection failed or ended early."""

    reason: str


@dataclass(frozen=True)
class Page:
    """Records to keep, and the state in which a later process goes on after them.

    `records` are JSON objects as the API wrote them, one a line; or `content` is a file as the API gave it, of `count`
    records. `stream` names the stream whose files these are, when it is not the one that is pulled. A page without
    records only keeps the state.
    """

    state: State = field(repr=False)
    records: tuple[str, ...] = field(default=(), repr=False)
    content: bytes | None = field(default=None, repr=False)
    suffix: str = ".ndjson"
    count: int = 0
    stream: str | None = None


@dataclass(frozen=True)
class Pause:
    """Wait before going on."""

    seconds: float
    reason: str


Reading = Generator[Request | Page | Pause, Any, str | None]
