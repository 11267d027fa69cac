"""Shopify's Admin REST API as its documentation describes it: Link headers, a leaky bucket, a token per shop."""

import base64
import itertools
import json
from datetime import UTC, datetime

from tests.connectors.api.fake_server import Answer, Call, FakeServer

SECRETS = {"ACCESS_TOKEN": "shpat_token"}
VERSION = "2026-07"


def moment(seconds: float) -> str:
    """As Shopify writes times."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


class FakeShopify(FakeServer):
    """Customers and orders by id; a change of one is `put`."""

    bucket_size = 40
    tells_how_full = True
    page_size = 250

    def __init__(self, clock=None):
        super().__init__(clock)
        self.shelves: dict[str, dict[int, dict]] = {"customers": {}, "orders": {}}
        self.level, self.leaked_at = 0.0, self.clock.now()
        self.pages: set[str] = set()
        self._ids = itertools.count(6_940_095_564_000)

    # The data.

    def put(self, shelf: str, key: int | None = None, **fields) -> int:
        key = key or next(self._ids)
        now = moment(self.clock.now())
        known = self.shelves[shelf].setdefault(key, {"id": key, "created_at": now})
        known |= {**fields, "updated_at": now}
        return key

    def delete(self, shelf: str, key: int) -> None:
        """Listed no more, and nothing says so."""
        del self.shelves[shelf][key]

    def forget_pages(self) -> None:
        self.pages.clear()

    # The protocol.

    def heard(self, call: Call) -> Answer:
        now = self.clock.now()
        leak = self.bucket_size / 20
        self.level = max(0.0, self.level - (now - self.leaked_at) * leak)
        self.leaked_at = now
        if self.level + 1 > self.bucket_size:
            self.breaks("the bucket is full")
            return self._told({"errors": "Exceeded 2 calls per second for api client."}, 429, {"Retry-After": "2.0"})
        self.level += 1
        if call.headers.get("x-shopify-access-token") != SECRETS["ACCESS_TOKEN"]:
            return self._told({"errors": "[API] Invalid API key or access token"}, 401)
        shelf = call.path.removeprefix(f"/admin/api/{VERSION}/").removesuffix(".json")
        return self._list(call, shelf) if shelf in self.shelves else self._told({"errors": "Not Found"}, 404)

    def _told(self, document, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        used = (
            {"X-Shopify-Shop-Api-Call-Limit": f"{round(self.level)}/{self.bucket_size}"} if self.tells_how_full else {}
        )
        return Answer.of(document, status, headers={**used, **(headers or {})})

    def _list(self, call: Call, shelf: str) -> Answer:
        params = dict(call.params)
        limit = int(params.pop("limit", 50))
        if not 0 < limit <= 250:
            self.breaks("limit 1 to 250")
        after = 0
        if token := params.pop("page_info", None):
            if params:
                self.breaks("only limit may accompany page_info")
                return self._told({"errors": {"status": "status cannot be passed when page_info is present"}}, 400)
            if token not in self.pages:
                return self._told({"errors": {"page_info": "Invalid value."}}, 400)
            params = json.loads(base64.urlsafe_b64decode(token))
            after = params["last_id"]
        found = [each for key, each in sorted(self.shelves[shelf].items()) if key > after and _asked_for(each, params)]
        page = found[: min(limit, self.page_size)]
        if len(page) == len(found):
            return self._told({shelf: page})
        token = base64.urlsafe_b64encode(json.dumps({**params, "last_id": page[-1]["id"]}).encode()).decode()
        self.pages.add(token)
        address = f"{self.url}{call.path}?limit={limit}&page_info={token}"
        # The way back is told too, from the second page on.
        links = (
            [f'<{address}>; rel="next"'] if not after else [f'<{address}x>; rel="previous"', f'<{address}>; rel="next"']
        )
        return self._told({shelf: page}, headers={"Link": ", ".join(links)})


def _asked_for(record: dict, params: dict) -> bool:
    since = params.get("updated_at_min")
    if since and datetime.fromisoformat(record["updated_at"]) < datetime.fromisoformat(since):
        return False
    # Orders that are closed or cancelled are shown to those who ask for any.
    return params.get("status") == "any" or (not record.get("closed_at") and not record.get("cancelled_at"))
