"""Fxiaoke Open API v2 as its documentation describes it: every answer is HTTP 200, errorCode decides."""

import re

from tests.connectors.api.fake_server import Answer, Call, FakeServer

SECRETS = {"APP_ID": "FSAID_1", "APP_SECRET": "an-app-secret", "PERMANENT_CODE": "a-permanent-code"}
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
USER = "1000"


def failure(code: int, description: str = "") -> Answer:
    return Answer.of({"errorCode": code, "errorMessage": "…", "errorDescription": description, "traceId": "t"})


class FakeFxiaoke(FakeServer):
    """Accounts by `_id`; a change of one is `put`."""

    def __init__(self, clock=None):
        super().__init__(clock)
        self.accounts: dict[str, dict] = {}
        self.tokens: dict[str, float] = {}
        self.traces: set[str] = set()
        self.most_calls = 0

    def put(self, record_id: str | None = None, **fields) -> str:
        record_id = record_id or f"5f{len(self.accounts):06x}"
        now = int(self.clock.now() * 1000)
        held = self.accounts.setdefault(record_id, {"_id": record_id, "create_time": now, "life_status": "normal"})
        held |= {**fields, "last_modified_time": now}
        return record_id

    def delete(self, record_id: str) -> None:
        """Deleted for good: nothing lists it any more."""
        del self.accounts[record_id]

    def expire_tokens(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, 0.0)

    def heard(self, call: Call) -> Answer:
        trace = call.params.get("thirdTraceId", "")
        if not UUID4.fullmatch(trace) or trace in self.traces:
            self.breaks("thirdTraceId is a UUIDv4 of its own for every call")
            return failure(10006)
        self.traces.add(trace)
        if call.method != "POST":
            self.breaks("every call is a POST")
        if call.path in ("/oauth2.0/token", "/cgi/corpAccessToken/get/V2"):
            return self._token(call)
        if call.path != "/cgi/crm/v2/data/query":
            return failure(10006)
        if (refused := self._refused(call)) is not None:
            return refused
        if self.too_often(call.path, 100, 20):
            return failure(14001)
        return self._query(call.json["data"])

    def _token(self, call: Call) -> Answer:
        if self.too_often("token", 10, 60):
            return failure(14001)
        by_header = call.path == "/oauth2.0/token"
        wanted = {"appId": SECRETS["APP_ID"], "appSecret": SECRETS["APP_SECRET"]}
        wanted |= {"permanentCode": SECRETS["PERMANENT_CODE"]} | ({"grantType": "app_secret"} if by_header else {})
        if "authorization" in call.headers:
            self.breaks("the token call carries no token")
        if call.json != wanted:
            return failure(20006)
        # The same token for 6,600 s, then a new one; the old one lives to 7,200 s.
        now = self.clock.now()
        token = next((each for each, until in self.tokens.items() if until - 600 > now), None)
        if token is None:
            token = f"token-{len(self.tokens)}"
            self.tokens[token] = now + 7200
        answer = {"errorCode": 0, "errorMessage": "success", "expiresIn": int(self.tokens[token] - now)}
        if by_header:
            return Answer.of(answer | {"accessToken": token, "ea": "shop", "openUserId": "FSCID_1"})
        return Answer.of(answer | {"corpAccessToken": token, "corpId": "FSCID_1"})

    def _refused(self, call: Call) -> Answer | None:
        body, headers = call.json, call.headers
        if "corpAccessToken" in body:
            if "authorization" in headers:
                self.breaks("the two styles do not mix")
            token, who = body["corpAccessToken"], (body.get("corpId"), body.get("currentOpenUserId"))
            good = who == ("FSCID_1", USER)
        else:
            scheme, _, token = headers.get("authorization", "").partition(" ")
            good = scheme == "Bearer" and (headers.get("x-fs-ea"), headers.get("x-fs-userid")) == ("shop", USER)
        if not token:
            return failure(10013, "corpAccessToken missing")
        if not good:
            self.breaks("who calls for whom")
            return failure(20017)
        return failure(20016) if self.tokens.get(token, 0) <= self.clock.now() else None

    def _query(self, data: dict) -> Answer:
        search = data["search_query_info"]
        limit, offset = search["limit"], search["offset"]
        if data["dataObjectApiName"] != "AccountObj" or not 0 < limit <= 100 or offset % limit:
            self.breaks("limit 1 to 100, offset a multiple of it")
            return failure(32000)
        if offset > 10_000:
            self.breaks("offset beyond 10,000")
            return failure(10013, "offset 不能超过10000")
        found = [each for each in self.accounts.values() if all(_holds(each, one) for one in search["filters"])]
        for order in reversed(search["orders"]):
            found.sort(key=lambda each, name=order["fieldName"]: each[name], reverse=not order["isAsc"])
        shown = found[offset : offset + limit]
        return Answer.of(
            {"errorCode": 0, "errorMessage": "success", "data": {"total": 0, "offset": offset, "limit": limit,
             "dataList": shown}}
        )  # fmt: skip


def _holds(record: dict, condition: dict) -> bool:
    value, wanted = record[condition["field_name"]], condition["field_values"]
    if condition["operator"] == "BETWEEN":
        return int(wanted[0]) <= value <= int(wanted[1])
    return {"GT": lambda: value > wanted[0], "EQ": lambda: value == wanted[0]}[condition["operator"]]()
