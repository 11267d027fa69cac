"""Shopify Admin REST API: customers and orders.

Follows Shopify's documentation of pagination, rate limits, status codes and the resources Customer and Order. What
shapes this file:

- `X-Shopify-Access-Token`; the token of an app in one shop holds until it is revoked. The address is the shop's own.
  The API's version stands in the path; a version that has ended is answered by the oldest that has not.
- Pages of 250 at most; where the next one is stands in the header Link. With its `page_info` only `limit` may be sent:
  it remembers the rest. Which order it reads in is not told; it goes by a record's place in that order, so records
  that come, go or change move none of the others. One that changes its own place has changed since the pull began and
  belongs to the next one.
- The watermark goes into `updated_at_min` (at or after). `status=any`, or closed and cancelled orders are left out.
  Orders older than 60 days are shown only to an app that may read_all_orders.
- A bucket of 40 calls leaks two a second (larger shops: 80 and four, 400 and twenty); every answer says how full it is
  in X-Shopify-Shop-Api-Call-Limit. 429 brings Retry-After. Other processes of the app fill the same bucket.
- The REST API is called legacy since October 2024 but answered.
- A customer or order that was deleted or merged is listed no more; only webhooks tell. It stays as it was last seen.

Not confirmed: how long a `page_info` holds and the error of one that does not (any refusal of a request that carries
one starts the pass anew); the currency of a refund's transactions, so those in another than the order's do not count.
"""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from connectors.api.answers import as_iso, as_seconds, judge_status
from connectors.api.documents import elements
from connectors.api.errors import (
    ApiError,
    LostPlace,
    RefusedCredentials,
    RefusedRequest,
    Unreachable,
)
from connectors.api.exchange import Page, Pause, Reading, Request, Response, State
from connectors.api.pace import Limit, every
from connectors.api.system import Api, Session, Start

LIMIT = 250
# The bucket is empty again after so many seconds, whatever its size.
DRAIN = 20.0
# Of its calls so many are left to others.
SPARE = 5

_NEXT = re.compile(r"<([^<>]*)>\s*;\s*rel=\"?next\"?")
_USED = re.compile(r"(\d+)/(\d+)")
_REFUSED = {
    401: "the access token is refused",
    402: "the shop is frozen until it has been paid for",
    403: "the app may not read this",
    423: "the shop is locked",
}


def read_resource(resource: str, start: Start) -> Reading:
    """Every record of a resource, or those changed since the watermark."""
    since = as_iso(as_seconds(start.watermark) - start.overlap) if start.watermark else None
    state: State = dict(start.state or {"page_info": None})
    while True:
        try:
            response: Response = yield _request(resource, start.options["version"], since, state)
        except RefusedRequest:
            if state["page_info"] is None:
                raise
            raise LostPlace("the place in the list is no longer known") from None
        # Shopify's clock: what changes from here on belongs to the next pull.
        state.setdefault("began", as_iso(response.date or start.now()))
        found = elements(response.text, resource)
        page_info = _next_page(response)
        state["page_info"] = page_info
        yield Page(dict(state), tuple(each.text for each in found))
        if page_info is None:
            began: str = state["began"]
            return began
        if pause := _breath(response):
            yield pause


def _request(resource: str, version: str, since: str | None, state: State) -> Request:
    params = {"limit": str(LIMIT)}
    if state["page_info"] is not None:
        params["page_info"] = state["page_info"]
    else:
        params |= {"updated_at_min": since} if since else {}
        params |= {"status": "any"} if resource == "orders" else {}
    return Request("GET", f"/admin/api/{version}/{resource}.json", params)


def _next_page(response: Response) -> str | None:
    """`page_info` of the page that the header Link calls next; None on the last page."""
    found = _NEXT.search(response.headers.get("link", ""))
    if found is None:
        return None
    values = parse_qs(urlsplit(found[1]).query).get("page_info")
    if not values:
        raise LostPlace("the next page has no page_info")
    return values[0]


def _breath(response: Response) -> Pause | None:
    """A wait while the bucket, which others may have filled, becomes half empty."""
    found = _USED.fullmatch(response.headers.get("x-shopify-shop-api-call-limit", "").strip())
    if found is None:
        return None
    used, size = int(found[1]), int(found[2])
    if size == 0 or used < size - SPARE:
        return None
    return Pause((used - size / 2) * DRAIN / size, "others call the shop too")


def sign(session: Session, request: Request) -> Request:
    """With the app's token in this shop."""
    token = session.secrets["access_token"]
    return replace(request, headers={**request.headers, "X-Shopify-Access-Token": token})


def judge(response: Response) -> ApiError | None:
    """The status decides; a good answer has one list, and no errors."""
    if response.status in _REFUSED:
        return RefusedCredentials(_REFUSED[response.status])
    if error := judge_status(response):
        return error
    document = response.document()
    if not isinstance(document, dict):
        return Unreachable("the answer is no object")
    if "errors" in document:
        return RefusedRequest("the request is refused")
    if not any(isinstance(value, list) for value in document.values()):
        return Unreachable("the answer has no list")
    return None


API = Api(
    name="shopify",
    # Every shop has an address of its own: https://SHOP.myshopify.com.
    base_url="",
    secrets=("access_token",),
    sign=sign,
    judge=judge,
    limits=(Limit(40, DRAIN, every, "two calls a second"),),
    options={"version": "2026-07"},
)
