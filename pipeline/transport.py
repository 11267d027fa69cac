"""The network and the clock, the only things about an API pull that are not pure: httpx calls, now and sleep.

In: a Request as the conversation made it ready. Out: its Response, or a Cut when the connection failed or the answer
ended early. Redirects are not followed: a token must not travel to another server.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from connectors.api.exchange import Cut, Request, Response

_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Clock:
    """Time, in the hands of the caller so that no test waits."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Transport:
    """An open connection to one source's API."""

    def __init__(self, base_url: str, timeout: float = 60.0) -> None:
        """Proxies of the environment are for servers elsewhere."""
        # They log addresses, and some systems want their tokens in the address.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        local = urlsplit(base_url).hostname in _LOCAL
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=15.0), trust_env=not local, follow_redirects=False
        )

    def __enter__(self) -> "Transport":
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()

    def call(self, request: Request) -> Response | Cut:
        """Call and wait for the whole answer."""
        try:
            answer = self._client.request(
                request.method,
                request.url,
                params=dict(request.params) or None,
                headers=dict(request.headers),
                json=request.json,
                data=dict(request.data) if request.data is not None else None,
            )
        except httpx.HTTPError as error:
            # The kind alone: the text could quote an address with a token in it.
            return Cut(f"no answer ({type(error).__name__})")
        return Response(answer.status_code, {key.lower(): value for key, value in answer.headers.items()},
                        answer.content)  # fmt: skip
