"""WeCom's customer contact API as its documentation describes it: every answer is HTTP 200, errcode decides."""

import itertools

from tests.connectors.api.fake_server import Answer, Call, FakeServer

SECRETS = {"CORP_ID": "ww-corp", "CORP_SECRET": "an-app-secret"}
LIST = "/cgi-bin/externalcontact/get_follow_user_list"
BATCH = "/cgi-bin/externalcontact/batch/get_by_user"


def failure(code: int, message: str = "…") -> Answer:
    return Answer.of({"errcode": code, "errmsg": f"{message}, hint: [1], more info at …"})


class FakeWecom(FakeServer):
    """Contacts by external_userid, and who follows whom; a change is `put` and `follow`."""

    calls_a_minute = 10_000
    colleagues_a_call = 100

    def __init__(self, clock=None):
        super().__init__(clock)
        self.contacts: dict[str, dict] = {}
        self.follows: dict[str, dict[str, dict]] = {}
        self.token, self.token_until, self.tokens = "", 0.0, 0
        self.cursors: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {}
        self._numbers = itertools.count(1)

    # The data.

    def hire(self, *colleagues: str) -> None:
        for each in colleagues:
            self.follows.setdefault(each, {})

    def leave(self, colleague: str) -> None:
        """Gone from the company: asking for them is an error."""
        del self.follows[colleague]

    def put(self, contact: str | None = None, **fields) -> str:
        contact = contact or f"wm{next(self._numbers):06d}"
        self.contacts.setdefault(contact, {"external_userid": contact, "type": 1, "gender": 0}).update(fields)
        return contact

    def follow(self, colleague: str, contact: str, **fields) -> None:
        known = {"userid": colleague, "createtime": int(self.clock.now()), "remark": "", "remark_mobiles": []}
        self.follows[colleague][contact] = {**known, **self.follows[colleague].get(contact, {}), **fields}

    def unfollow(self, colleague: str, contact: str) -> None:
        del self.follows[colleague][contact]

    def expire_token(self) -> None:
        """Ends early, as the documentation warns."""
        self.token_until = 0.0

    # The protocol.

    def heard(self, call: Call) -> Answer:
        if self.too_often(call.path, self.calls_a_minute, 60):
            return failure(45009, "api freq out of limit")
        if call.path == "/cgi-bin/gettoken":
            return self._token(call)
        if (refused := self._refused(call)) is not None:
            return refused
        if call.path == LIST:
            return Answer.of({"errcode": 0, "errmsg": "ok", "follow_user": list(self.follows)})
        return self._batch(call) if call.path == BATCH else failure(40066)

    def _token(self, call: Call) -> Answer:
        if "access_token" in call.params:
            self.breaks("the token call carries no token")
        if call.params.get("corpid") != SECRETS["CORP_ID"]:
            return failure(40013)
        if call.params.get("corpsecret") != SECRETS["CORP_SECRET"]:
            return failure(40001)
        if self.token_until <= self.clock.now():  # the same until it has ended
            self.tokens += 1
            self.token, self.token_until = f"token-{self.tokens}", self.clock.now() + 7200
        return Answer.of({"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200})

    def _refused(self, call: Call) -> Answer | None:
        token = call.params.get("access_token")
        if not token:
            return failure(41001)
        if token != self.token:
            return failure(40014)
        return failure(42001) if self.token_until <= self.clock.now() else None

    def _batch(self, call: Call) -> Answer:
        wanted, limit, cursor = call.json["userid_list"], call.json.get("limit", 50), call.json.get("cursor", "")
        if call.method != "POST" or limit > 100:
            self.breaks("POST, limit 100 at most")
        if not 0 < len(wanted) <= self.colleagues_a_call:
            self.breaks("no more colleagues than a call may have")
            return failure(40058)
        if any(each not in self.follows for each in wanted):
            return failure(40031)
        if cursor and (cursor not in self.cursors or self.cursors[cursor][0] != tuple(wanted)):
            self.breaks("a cursor belongs to its colleagues")
            return failure(40035)
        last = self.cursors[cursor][1] if cursor else ("", "")
        rows = sorted((who, contact) for who in wanted for contact in self.follows[who])
        if not rows:
            return failure(84061, "not external contact")
        rest = [each for each in rows if each > last]
        page = rest[:limit]
        told = [{"external_contact": self.contacts[contact], "follow_info": self.follows[who][contact]}
                for who, contact in page]  # fmt: skip
        following = ""
        if len(rest) > limit:
            following = f"cursor-{len(self.cursors)}"
            self.cursors[following] = (tuple(wanted), page[-1])
        return Answer.of({"errcode": 0, "errmsg": "ok", "external_contact_list": told, "next_cursor": following})
