"""What can go wrong between us and an API. Texts name source, stream and code, never a value or a credential.

ApiError (ValueError)
├── Temporary            passes by itself: the request is repeated after a while
│   ├── Unreachable      cut connection, no answer in time, 5xx, an answer that is not what it should be
│   └── TooManyRequests  called too often; `wait` says for how long, if the system does
├── ExpiredToken         the token is no longer good: it is renewed once and the request repeated
├── RefusedCredentials   the credentials themselves are refused: somebody must mend them
├── RefusedRequest       the system will not answer this request, however often it is asked
├── LostPlace            the place reached (page token, cursor, job) is gone: start again from the watermark
└── QuotaUsedUp          no calls left, today or at all: repeating makes it worse
"""

import re

# A code is a short number or a word; anything else could be a value and is not shown.
_CODE = re.compile(r"-?\d{1,7}|[A-Za-z_][A-Za-z0-9_ ]{0,39}")


class ApiError(ValueError):
    """A request did not bring what was asked for; `where` (source/stream) is filled in by the conversation."""

    def __init__(self, text: str, *, code: object = None, status: int | None = None) -> None:
        """`code` is the system's own code, `status` the HTTP status."""
        super().__init__(text)
        self.text = text
        self.code = shown_code(code)
        self.status = status
        self.where = ""

    def __str__(self) -> str:
        """zoho/leads_api: too many requests (HTTP 429, code TOO_MANY_REQUESTS)."""
        facts = [f"HTTP {self.status}"] if self.status else []
        facts += [f"code {self.code}"] if self.code else []
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.text} ({', '.join(facts)})" if facts else f"{where}{self.text}"


class Temporary(ApiError):
    """Passes by itself."""


class Unreachable(Temporary):
    """No usable answer came."""


class TooManyRequests(Temporary):
    """Called too often."""

    def __init__(self, text: str, *, code: object = None, status: int | None = None, wait: float | None = None) -> None:
        """`wait` is how many seconds the system asks to wait."""
        super().__init__(text, code=code, status=status)
        self.wait = wait


class ExpiredToken(ApiError):
    """The token is no longer good."""


class RefusedCredentials(ApiError):
    """The credentials are refused."""


class RefusedRequest(ApiError):
    """The request will never be answered."""


class LostPlace(ApiError):
    """The place reached is gone at the system's side."""


class QuotaUsedUp(ApiError):
    """No calls left."""


def shown_code(code: object) -> str:
    """The code as text if it looks like one."""
    text = "" if code is None else str(code)
    return text if _CODE.fullmatch(text) else "(not shown)" if text else ""
