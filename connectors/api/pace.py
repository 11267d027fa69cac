"""How often a system may be called, and how long to wait before it is called again.

In: requests and the time. Out: seconds to wait. Windows slide: no span of `seconds` ever holds more than `calls`
calls. One pace serves all streams of a source, since the systems count them together.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.api.exchange import Request

# The system counts when a call arrives and we when it leaves; a little more than the window keeps both right.
SLACK = 0.5


@dataclass(frozen=True)
class Limit:
    """At most `calls` calls in `seconds`. `counts` gives the name under which a request counts (its interface), or
    None when the limit is not about it."""

    calls: int
    seconds: float
    counts: Callable[[Request], str | None]
    reason: str


@dataclass
class Pace:
    """The calls made so far, as far as the limits still look at them."""

    limits: tuple[Limit, ...]
    _made: dict[tuple[int, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, request: Request, now: float) -> tuple[float, str]:
        """Seconds until the request may be made, and the reason; 0 when it may be made now."""
        longest, reason = 0.0, ""
        for number, limit in enumerate(self.limits):
            made = self._made[number, limit.counts(request) or ""]
            while made and made[0] <= now - limit.seconds - SLACK:
                made.popleft()
            if limit.counts(request) is not None and len(made) >= limit.calls:
                seconds = made[-limit.calls] + limit.seconds + SLACK - now
                longest, reason = max((longest, reason), (seconds, limit.reason))
        return longest, reason

    def note(self, request: Request, now: float) -> None:
        """Count a request that is made now."""
        for number, limit in enumerate(self.limits):
            if (name := limit.counts(request)) is not None:
                self._made[number, name].append(now)


def every(request: Request) -> str | None:
    """Counts every signed call together."""
    return "all" if request.signed else None


def each_interface(request: Request) -> str | None:
    """Counts every path by itself."""
    return request.url
