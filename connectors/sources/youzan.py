"""Youzan (有赞) orders: pages of `youzan.trades.sold.get`, or the messages Youzan pushes, one JSON object a line.

What it offers: orders with buyer, recipient, products and payment under `full_order_info`; a page has them in
`data.full_order_info_list`, a push message in `msg`, as JSON that is percent-encoded like a form (blanks are plus
signs). Watermark: `order_info.update_time`. Key of an order: `tid`. Messages about shipping or completion say no more
than the order's number and stay raw, so an order known from pushes alone keeps the state of its last full message.
An order from pages and from pushes is one purchase, and its newest version counts.
Ids: `yz_open_id` is the buyer's id everywhere in Youzan; older messages have `buyer_id` (beyond 2^53: text, never a
number that passed through floating point; 0 is nobody) and `fans_id` (per kind of fan). `outer_user_id` is the WeChat
openid for orders placed inside WeChat: set `issuer` to the name of the source that delivers the account's followers,
so that both mean one person. A buyer without any id is known by the phone's hash.
Names, phones and addresses may be encrypted (`$…$1$`) unless the app was allowed to see them: such a value is none.
The recipient may be somebody else, so name and address are only what the shop knows of the buyer, and the recipient's
phone counts only where the buyer's is not told. Times are Beijing time, amounts yuan.
Follows: Youzan's SDK (structure and states of `youzan.trades.sold.get` 4.0.0), push messages in public code.
Unconfirmed: that an `outer_user_id` that begins with o and has 28 characters is always an openid.
"""

from connectors.files.pages import Pages
from connectors.files.reading import Format, Ndjson
from connectors.stream import Connector, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import elements, first_of, form_decoded, hashed, once

_ITEM = ("title", "num", "outer_sku_id", "sku_id", "discount_price", "payment")
_ITEMS = "[{" + ",".join(f'"{name}":"VARCHAR"' for name in _ITEM) + "}]"
_OPENID = "^o[A-Za-z0-9_-]{27}$"
_PAID = "'TRADE_PAID', 'WAIT_CONFIRM', 'WAIT_SELLER_SEND_GOODS', 'WAIT_BUYER_CONFIRM_GOODS', 'TRADE_SUCCESS'"


def orders(name: str, files: str, shape: Format, document: str, root: str) -> Stream:
    """The stream of one way of delivery: `document` is the SQL of the JSON, `root` the path of `full_order_info`."""

    def at(path: str) -> str:
        return f"nullif(trim(try(json_extract_string({document}, '{root}.{path}'))), '')"

    def plain(path: str) -> str:
        """A value that is not encrypted."""
        return f"case when not regexp_full_match({at(path)}, '[$].*[$][0-9]+[$]') then {at(path)} end"

    def number(path: str) -> str:
        """An id that is a number; 0 is none."""
        return f"nullif({at(path)}, '0')"

    def item(value: str) -> str:
        """A value of every product of the order, SQL over `each`: one row each."""
        listed = elements(f"try(json_extract({document}, '{root}.orders'))", _ITEMS)
        return f"unnest(list_transform({listed}, lambda each: {value}))"

    open_id, buyer_id = at("buyer_info.yz_open_id"), number("buyer_info.buyer_id")
    fans = f"{number('buyer_info.fans_type')} || ':' || {number('buyer_info.fans_id')}"
    openid = f"case when regexp_matches({at('buyer_info.outer_user_id')}, '{_OPENID}') " + (
        f"then {at('buyer_info.outer_user_id')} end"
    )
    phone = first_of(plain("buyer_info.buyer_phone"), plain("address_info.receiver_tel"))
    buyer = first_of(open_id, buyer_id, fans, openid, hashed(phone))
    order, changed = at("order_info.tid"), first_of(at("order_info.update_time"), at("order_info.created"))
    status, refund = at("order_info.status"), at("order_info.refund_state")

    def identifier(namespace: str, value: str, issuer: str = "{source}") -> Identifier:
        return Identifier(namespace, value, record=buyer, stream="buyers", issuer=issuer, seen_at=changed)

    return Stream(
        name=name,
        files=files,
        format=shape,
        record=Record(
            key=buyer,
            stream="buyers",
            updated_at=changed,
            full_name=plain("address_info.receiver_name"),
            phones=(phone,),
            address=plain("address_info.delivery_address"),
            region=at("address_info.delivery_province"),
            city=at("address_info.delivery_city"),
            district=at("address_info.delivery_district"),
            postcode=at("address_info.delivery_postal_code"),
        ),
        identifiers=(
            identifier("youzan_open_id", open_id),
            identifier("youzan_buyer", buyer_id),
            identifier("youzan_fan", fans),
            identifier("wechat_openid", openid, issuer="{issuer}"),
        ),
        purchase=Purchase(
            key=order,
            own_stream="trades",
            record=buyer,
            stream="buyers",
            ordered_at=at("order_info.created"),
            updated_at=changed,
            status=f"case when {refund} = '12' then 'refunded' when {status} = 'TRADE_CLOSED' then 'cancelled' "
            f"when {status} = 'WAIT_BUYER_PAY' then 'pending' when {status} in ({_PAID}) then 'paid' else 'other' end",
            amount=at("pay_info.payment"),
            shipping=at("pay_info.post_fee"),
            payment_method=f"lower({first_of(at('order_info.pay_type_str'), at('order_info.pay_type'))})",
        ),
        purchase_line=PurchaseLine(
            # Of several messages about an order in one file, the newest has its lines.
            purchase=once(order, of=order, order=f"{changed} desc"),
            product=item("each.title"),
            sku=item("coalesce(nullif(each.outer_sku_id, ''), nullif(each.sku_id, '0'))"),
            quantity=item("each.num"),
            unit_price=item("each.discount_price"),
            amount=item("each.payment"),
        ),
    )


# A record of a page is {"full_order_info": {…}}; the raw column is the inner object.
TRADES = orders("trades", "store/youzan/trades-*.json*", Pages("$.data.full_order_info_list"), '"full_order_info"', "$")
PUSHES = orders("pushes", "store/youzan/pushes-*.ndjson*", Ndjson(), form_decoded("msg"), "$.full_order_info")

CONNECTOR = Connector("youzan", "store", (TRADES, PUSHES), about=__doc__)
