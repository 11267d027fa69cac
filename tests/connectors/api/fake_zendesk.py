"""Zendesk's incremental export with a cursor as its documentation describes it."""

import base64
import itertools
import json
from datetime import UTC, datetime

from tests.connectors.api.fake_server import Answer, Call, FakeServer

USER = "agent@shop.x"
SECRETS = {"TOKEN": "a-zendesk-token"}
BASIC = "Basic " + base64.b64encode(f"{USER}/token:{SECRETS['TOKEN']}".encode()).decode()
BEARER = f"Bearer {SECRETS['TOKEN']}"


def moment(seconds: float) -> str:
    """As Zendesk writes times."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def failure(status: int, error: str) -> Answer:
    return Answer.of({"error": error, "description": "…"}, status)


class FakeZendesk(FakeServer):
    """Users and tickets by id; a change of one is `put`."""

    page_size = 1_000

    def __init__(self, clock=None):
        super().__init__(clock)
        self.shelves: dict[str, dict[int, dict]] = {"users": {}, "tickets": {}}
        self.changed: dict[str, dict[int, float]] = {"users": {}, "tickets": {}}
        self.cursors: set[str] = set()
        self._ids = itertools.count(9001)

    # The data.

    def put(self, shelf: str, key: int | None = None, **fields) -> int:
        key = key or next(self._ids)
        now = self.clock.now()
        known = self.shelves[shelf].setdefault(key, {"id": key, "created_at": moment(now)})
        known |= {"updated_at": moment(now), **fields}
        if shelf == "tickets":
            known["generated_timestamp"] = int(now)
        else:
            known |= {"role": known.get("role", "end-user"), "active": known.get("active", True)}
        self.changed[shelf][key] = now
        return key

    def delete(self, user: int) -> None:
        self.put("users", user, active=False)

    def delete_for_good(self, user: int) -> None:
        self.put("users", user, active=False, name="Permanently Deleted User", email=None, phone=None, external_id=None)

    def delete_ticket(self, ticket: int) -> None:
        """Its own time of change stays."""
        self.put("tickets", ticket, status="deleted", updated_at=self.shelves["tickets"][ticket]["updated_at"])

    # The protocol.

    def heard(self, call: Call) -> Answer:
        if call.headers.get("authorization") not in (BASIC, BEARER):
            return failure(401, "Couldn't authenticate you")
        if self.too_often("incremental", 10, 60):
            return Answer(429, b"Rate limit exceeded", headers={"Retry-After": "60"})
        shelf = call.path.removeprefix("/api/v2/incremental/").removesuffix("/cursor.json")
        return self._export(call.params, shelf) if shelf in self.shelves else failure(404, "InvalidEndpoint")

    def _export(self, params: dict[str, str], shelf: str) -> Answer:
        limit = int(params.get("per_page", 1_000))
        if not 0 < limit <= 1_000 or ("cursor" in params) == ("start_time" in params):
            self.breaks("1 to 1,000 a page, from a time or from a cursor")
            return failure(400, "InvalidPaginationParameter")
        if "cursor" in params:
            if params["cursor"] not in self.cursors:
                return failure(400, "InvalidPaginationParameter")
            after = tuple(json.loads(base64.b64decode(params["cursor"])))
        else:
            if int(params["start_time"]) > self.clock.now() - 60:
                self.breaks("start_time lies more than a minute back")
                return failure(422, "StartTimeTooRecent")
            after = (float(params["start_time"]), 0)
        settled = self.clock.now() - 60
        line = sorted((at, key) for key, at in self.changed[shelf].items() if at <= settled and (at, key) > after)
        page = line[: min(limit, self.page_size)]
        cursor = base64.b64encode(json.dumps(page[-1] if page else after).encode()).decode()
        self.cursors.add(cursor)
        shown = [self.shelves[shelf][key] for _, key in page]
        ended = len(page) == len(line)
        return Answer.of({shelf: shown, "after_cursor": cursor, "after_url": "…", "end_of_stream": ended})
