"""What most APIs' answers have in common: statuses that mean the same everywhere, times, Retry-After."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.api.errors import (
    ApiError,
    ExpiredToken,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Response


def judge_status(response: Response, code: object = None) -> ApiError | None:
    """The error an HTTP status stands for, None for 2xx and 304. A system's own judge looks at its codes first."""
    status = response.status
    if 200 <= status < 300 or status == 304:
        return None
    if status == 401:
        return ExpiredToken("the token is refused", code=code)
    if status == 403:
        return RefusedCredentials("the credentials do not allow this", code=code)
    if status == 429:
        return TooManyRequests("too many requests", code=code, wait=retry_after(response))
    if status in (408, 425) or status >= 500:
        return Unreachable("the system is busy or broken", code=code)
    return RefusedRequest("the request is refused", code=code)


def retry_after(response: Response) -> float | None:
    """Seconds the system asks to wait (Retry-After: seconds or a date), None when it does not say."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
    return max(0.0, until - response.date) if response.date is not None else None


def as_iso(seconds: float) -> str:
    """Seconds since 1970 as 2026-03-18T12:00:00+00:00; fractions are dropped."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def as_seconds(moment: str) -> float:
    """ISO 8601 with an offset as seconds since 1970; ValueError when it is none."""
    return datetime.fromisoformat(moment).astimezone(UTC).timestamp()
