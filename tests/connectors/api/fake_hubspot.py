"""HubSpot's CRM API v3 as its documentation describes it: lists, search, archive, merges, limits by policy."""

import itertools
from datetime import UTC, datetime

from tests.connectors.api.fake_server import Answer, Call, FakeServer

SECRETS = {"ACCESS_TOKEN": "pat-na1-token"}
CONTACTS = "/crm/v3/objects/contacts"
_ALWAYS = ("createdate", "lastmodifieddate", "hs_object_id")


def moment(seconds: float) -> str:
    """As HubSpot writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def failure(status: int, category: str, **fields) -> Answer:
    return Answer.of({"status": "error", "message": "…", "correlationId": "c", "category": category, **fields}, status)


def too_many(policy: str, **headers: str) -> Answer:
    document = {"status": "error", "message": "…", "errorType": "RATE_LIMIT", "policyName": policy}
    return Answer.of(document, 429, headers=headers)


class FakeHubspot(FakeServer):
    """Contacts by id, properties as text; a change is `put`, `archive`, `restore`, `merge`."""

    reach = 10_000

    def __init__(self, clock=None):
        super().__init__(clock)
        self.contacts: dict[int, dict[str, str]] = {}
        self.archived: dict[int, str] = {}
        self.places: set[str] = set()
        self.lag = 0.0  # so long a modification is not found yet
        self._ids = itertools.count(151)

    # The data.

    def put(self, key: int | None = None, **properties: str) -> int:
        key = key or next(self._ids)
        now = moment(self.clock.now())
        known = self.contacts.setdefault(key, {"hs_object_id": str(key), "createdate": now})
        known |= {**properties, "lastmodifieddate": now}
        return key

    def archive(self, key: int) -> None:
        self.archived[key] = moment(self.clock.now())

    def restore(self, key: int) -> None:
        del self.archived[key]
        self.put(key)

    def merge(self, primary: int, secondary: int) -> int:
        """Both go, one of a new id comes that names them."""
        gone = self.contacts.pop(secondary) | self.contacts.pop(primary)
        taken = [gone.pop("hs_merged_object_ids", ""), str(primary), str(secondary)]
        return self.put(**{**gone, "hs_merged_object_ids": ";".join(filter(None, taken))}, key=self._new())

    def _new(self) -> int:
        key = next(self._ids)
        self.contacts[key] = {"hs_object_id": str(key)}
        return key

    # The protocol.

    def heard(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {SECRETS['ACCESS_TOKEN']}":
            return failure(401, "INVALID_AUTHENTICATION")
        if self.too_often("all", 100, 10):
            return too_many("TEN_SECONDLY_ROLLING")
        if call.path == f"{CONTACTS}/search" and call.method == "POST":
            return too_many("SECONDLY") if self.too_often("search", 5, 1) else self._search(call.json)
        return self._list(call.params) if call.path == CONTACTS else failure(404, "OBJECT_NOT_FOUND")

    def _list(self, params: dict[str, str]) -> Answer:
        limit, wanted = int(params.get("limit", 10)), params.get("properties", "").split(",")
        if not 0 < limit <= 100:
            self.breaks("a list's limit is 1 to 100")
            return failure(400, "VALIDATION_ERROR")
        after = params.get("after")
        if after and after not in self.places:
            return failure(400, "VALIDATION_ERROR")
        gone = params.get("archived") == "true"
        found = [key for key in sorted(self.contacts) if (key in self.archived) is gone and key > int(after or 0)]
        page = {"results": [self._shown(key, wanted) for key in found[:limit]]}
        if len(found) > limit:
            page["paging"] = {"next": {"after": str(found[limit - 1]), "link": "https://api.hubapi.com/…"}}
            self.places.add(str(found[limit - 1]))
        return Answer.of(page)

    def _search(self, body: dict) -> Answer:
        limit, start = body.get("limit", 10), int(body.get("after") or 0)
        if not 0 < limit <= 200 or start + limit > self.reach:
            self.breaks("a search's limit is 1 to 200, and it ends at its 10,000th result")
            return failure(400, "VALIDATION_ERROR")
        (group,) = body["filterGroups"]
        found = [
            key
            for key, each in self.contacts.items()
            if key not in self.archived
            and _milliseconds(each["lastmodifieddate"]) <= (self.clock.now() - self.lag) * 1000
            and all(_holds(each, condition) for condition in group["filters"])
        ]
        for order in reversed(body.get("sorts", [])):
            found.sort(key=lambda key, name=order["propertyName"]: _number(self.contacts[key][name]),
                       reverse=order["direction"] == "DESCENDING")  # fmt: skip
        shown = found[start : start + limit]
        page = {"total": len(found), "results": [self._shown(key, body["properties"]) for key in shown]}
        if start + limit < len(found):
            page["paging"] = {"next": {"after": str(start + limit)}}
        return Answer.of(page)

    def _shown(self, key: int, wanted: list[str]) -> dict:
        each = self.contacts[key]
        shown = {
            "id": str(key),
            "properties": {name: each.get(name) for name in (*wanted, *_ALWAYS)},
            "createdAt": each["createdate"],
            "updatedAt": each["lastmodifieddate"],
            "archived": key in self.archived,
        }
        return shown | ({"archivedAt": self.archived[key]} if key in self.archived else {})


def _milliseconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def _number(value: str) -> float:
    return _milliseconds(value) if "T" in value else float(value)


def _holds(record: dict[str, str], condition: dict[str, str]) -> bool:
    value, wanted = _number(record[condition["propertyName"]]), float(condition["value"])
    return {"GTE": value >= wanted, "GT": value > wanted}[condition["operator"]]
