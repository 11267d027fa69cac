"""The API of a WeChat official account as its documentation describes it: every answer is HTTP 200, an error has a
code, a good answer mostly none."""

from tests.connectors.api.fake_server import Answer, Call, FakeServer

SECRETS = {"APP_ID": "wx-account", "APP_SECRET": "an-account-secret"}
LIST, INFO, TOKEN = "/cgi-bin/user/get", "/cgi-bin/user/info/batchget", "/cgi-bin/stable_token"


def failure(code: int) -> Answer:
    return Answer.of({"errcode": code, "errmsg": "… rid: 6299e87e"})


class FakeWechat(FakeServer):
    """Followers by openid, in the order in which they came; those who left are known still."""

    page_size = 10_000

    def __init__(self, clock=None):
        super().__init__(clock)
        self.followers: dict[str, dict] = {}
        self.former: dict[str, dict] = {}
        self.token, self.token_until, self.tokens = "", 0.0, 0

    # The data.

    def follow(self, openid: str | None = None, **fields) -> str:
        openid = openid or f"oAbc{len(self.followers) + len(self.former):024d}"
        known = {"subscribe": 1, "openid": openid, "nickname": "", "sex": 0, "language": "zh_CN", "city": ""}
        known |= {"subscribe_time": int(self.clock.now()), "unionid": f" oR5Gjj{openid[-6:]}", "remark": ""}
        self.followers[openid] = {**known, **self.former.pop(openid, {}), **self.followers.get(openid, {}), **fields}
        return openid

    def leave(self, openid: str) -> None:
        self.former[openid] = self.followers.pop(openid)

    def vanish(self, openid: str) -> None:
        """The account knows nothing of this openid any more."""
        self.followers.pop(openid, None)
        self.former.pop(openid, None)

    def end_token(self) -> None:
        """Somebody else asked for a new one by force."""
        self.token_until = 0.0

    # The protocol.

    def heard(self, call: Call) -> Answer:
        if call.path == TOKEN and call.method == "POST":
            return self._token(call)
        token = call.params.get("access_token")
        if not token:
            return failure(41001)
        if token != self.token:
            return failure(40001)
        if self.token_until <= self.clock.now():
            return failure(42001)
        if call.path == LIST:
            return self._list(call.params.get("next_openid", ""))
        return self._info(call.json["user_list"]) if call.path == INFO and call.method == "POST" else failure(43002)

    def _token(self, call: Call) -> Answer:
        asked = call.json
        if asked.get("force_refresh"):
            self.breaks("a new token by force ends that of everybody else")
        if "access_token" in call.params or asked["grant_type"] != "client_credential":
            self.breaks("the token call carries no token and says client_credential")
        if asked["appid"] != SECRETS["APP_ID"]:
            return failure(40013)
        if asked["secret"] != SECRETS["APP_SECRET"]:
            return failure(40125)
        if self.token_until <= self.clock.now():
            self.tokens += 1
            self.token, self.token_until = f"token-{self.tokens}", self.clock.now() + 7200
        return Answer.of({"access_token": self.token, "expires_in": int(self.token_until - self.clock.now())})

    def _list(self, after: str) -> Answer:
        line = list(self.followers)
        if after and after not in self.followers:
            return failure(40003)
        at = line.index(after) + 1 if after else 0
        page = line[at : at + self.page_size]
        told = {"total": len(line), "count": len(page), "next_openid": page[-1] if page else ""}
        return Answer.of(told | ({"data": {"openid": page}} if page else {}))

    def _info(self, asked: list[dict]) -> Answer:
        openids = [each["openid"] for each in asked]
        if not 0 < len(openids) <= 100:
            self.breaks("100 followers a call")
            return failure(40032)
        if any(each not in self.followers and each not in self.former for each in openids):
            return failure(40003)
        gone = [{"subscribe": 0, "openid": each} for each in openids if each in self.former]
        return Answer.of(
            {"user_info_list": [self.followers[each] for each in openids if each in self.followers] + gone}
        )
