"""Taobao's order export (`ExportOrderList`), a CSV in GBK.

What it offers: one row per order with buyer (买家会员名), recipient, address and phone. The recipient may be somebody
else (a gift, a parent), so the newest order's recipient is only what the shop knows of the buyer. Order status decides
whether money changed hands. No modification time: the delivery's day orders versions. Times are Beijing time.
Follows: header rows of real exports.
"""

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import first_of


def cell(column: str) -> str:
    """A column without the guards that keep spreadsheets from rounding: a leading apostrophe, or =\"…\"."""
    return f"trim(\"{column}\", ' ''=\"\t')"


_BUYER = cell("买家会员名")
_ORDER = cell("订单编号")
# An Alipay account is an e-mail address or a mobile number.
_ALIPAY = cell("买家支付宝账号")
_MOBILE = first_of(cell("联系手机"), cell("联系电话"))

ORDERS = Stream(
    name="orders",
    files="store/taobao/*.csv*",
    format=Delimited(encoding="gb18030"),
    record=Record(
        key=_BUYER,
        updated_at='"订单创建时间"',
        full_name='"收货人姓名"',
        emails=(f"case when {_ALIPAY} like '%@%' then {_ALIPAY} end",),
        phones=(
            _MOBILE,
            f"case when regexp_matches({_ALIPAY}, '^1[3-9][0-9]{{9}}$') then {_ALIPAY} end",
        ),
        address='"收货地址"',
    ),
    identifiers=(
        Identifier("taobao_buyer", _BUYER, record=_BUYER, issuer="{source}", seen_at='"订单创建时间"'),
    ),
    purchase=Purchase(
        key=_ORDER,
        record=_BUYER,
        ordered_at='"订单创建时间"',
        updated_at=first_of('"订单付款时间"', '"订单创建时间"'),
        status="case when \"订单状态\" like '%关闭%' then 'cancelled' when \"订单状态\" like '%退款%' then 'refunded' "
        "when \"订单状态\" like '%等待买家付款%' then 'pending' else 'paid' end",
        amount='"买家实际支付金额"',
        shipping='"买家应付邮费"',
        item_count='"宝贝总数量"',
        payment_method="'alipay'",
    ),
    purchase_line=PurchaseLine(
        purchase=_ORDER,
        product='"宝贝标题"',
        quantity='"宝贝总数量"',
        amount='"买家实际支付金额"',
    ),
)  # fmt: skip

CONNECTOR = Connector("taobao", "store", (ORDERS,), about=__doc__)
