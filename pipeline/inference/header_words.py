"""What a column's header says: the one table of words, English and Chinese, and how a header is compared with it.

In: a header (`Record Id`, `CustomerID`, `property_email`, `2、您的手机号码？`, `FEATURES[].NAME_LAST`). Out: readings,
the meanings it may have, best first. A word stands for the whole header or for its end (`Mailing City` is a city); with
`=` in front for the whole header only; with `*` behind for a header that begins so. The first words of a list are the
best ones: where two columns would do, the one with the earlier word is taken.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from transforms.hanzi_names import simplify

Strength = Literal["whole", "part"]

# meaning → its words
WORDS = {
    "record_key": "record id|=unique id|=rec id|=row id|=id|lead id|contact id|account id|response id|respondent id"
    "|=key|记录id|=编号|=序号|=数据id",
    "person_key": "customer id|customer no|customer number|customer code|user id|member id|member no|member number"
    "|membership number|membership no|loyalty card|loyalty number|buyer id|shopper id|=uid|external id|=login"
    "|client number|会员编号|会员号|会员卡号|会员id|客户编号|客户id|客户号|客户代码|用户id|用户编号|顾客编号"
    "|买家id|会员账号|买家会员名|会员名|登录名|=customer|=client",
    "order_key": "order id|order no|order number|invoice no|invoice number|invoice id|purchase id|transaction id"
    "|transaction no|receipt no|receipt number|bill no|订单编号|订单号|交易号|交易单号|流水号|小票号|发票号|=单号"
    "|=order|=invoice",
    "event_key": "event id|message id|insert id|hit id|事件id",
    "full_name": "full name|customer name|client name|contact name|member name|buyer name|display name|name full"
    "|billing name|shipping name|recipient name|=name|=fullname|recipient|consignee|姓名|真实姓名|客户名称|客户名"
    "|联系人|收货人|收件人|=名字|=名称|会员名",
    "given_name": "first name|given name|forename|name first|=fname|=first|=given|=名",
    "family_name": "last name|family name|surname|name last|=lname|=last|=姓|姓氏",
    "email": "email|e mail|email address|mail address|=mail|邮箱|邮箱地址|电子邮箱|电子邮件|邮件地址",
    "phone": "mobile|mobile phone|mobile number|mobile no|cell|cell phone|cellphone|phone|phone number|phone no"
    "|telephone|telephone number|tel|whatsapp|contact number|landline|手机|手机号|手机号码|手机电话|移动电话|电话"
    "|联系电话|电话号码|联系方式|座机|固定电话",
    "birth_date": "date of birth|birth date|birthdate|dob|birthday|=born|出生日期|出生年月日|生日|出生年月",
    "gender": "gender|sex|性别",
    "full_address": "full address|address full|addr full|=address|=addr|mailing address|home address|收货地址|详细地址"
    "|联系地址|通讯地址|家庭住址|家庭地址|地址|住址",
    "street": "street|street address|street name|address 1|address line 1|address line1|addr line1|addr line 1"
    "|address1|街道|街道地址",
    "street_more": "address 2|address line 2|address line2|addr line2|address2|apartment|=apt",
    "house_number": "street number|street no|house number|house no|门牌号",
    "city": "city|town|suburb|locality|城市|=市|所在城市",
    "region": "province|state|region|province code|state code|state region|省|省份|=州|所在省份",
    "district": "district|区县|县区|=区|所在区",
    "postcode": "postcode|post code|postal code|zip|zip code|zipcode|mailing zip|billing code|邮编|邮政编码",
    "country": "country|country code|country region|=nation|国家|国家地区|国家或地区",
    "company": "company|company name|organisation|organization|employer|account name|associated company|name org"
    "|公司|公司名称|公司名|单位名称|工作单位|企业名称|=单位",
    "national_id": "national id|national id number|ssn|ssn number|soc sec id|social security number"
    "|identity card number|身份证|身份证号|身份证号码|证件号|证件号码",
    "language": "language|locale|preferred language|user language|语言",
    "updated_at": "updated at|modified at|last modified|last modified date|lastmodifieddate|modified time"
    "|modified date|date modified|last updated|update time|updated|修改时间|更新时间|最后修改时间|最近更新时间",
    "created_at": "created at|created time|created date|create date|createdate|date created|created|registered at"
    "|registration date|registration time|signup date|sign up date|join date|joined at|注册时间|注册日期|创建时间"
    "|创建日期|入会时间|入会日期|开卡时间|建档时间",
    "ordered_at": "ordered at|order date|order time|order created at|invoice date|purchase date|purchased at"
    "|transaction date|transaction time|sale date|paid at|payment date|下单时间|订单创建时间|订单时间|订单日期"
    "|下单日期|交易时间|成交时间|购买时间|购买日期|消费时间|付款时间|支付时间|订单付款时间",
    "occurred_at": "event time|event timestamp|event date|occurred at|timestamp|original timestamp|事件时间|发生时间"
    "|访问时间|触发时间|=ts",
    "moment": "=date|=time|=day|=datetime|=日期|=时间",
    "amount": "amount paid|total paid|grand total|order total|order amount|total amount|total price|total"
    "|net amount|amount|revenue|sales amount|dollar value|买家实际支付金额|实付金额|实付款|实收金额|支付金额"
    "|订单金额|成交金额|消费金额|总金额|应付金额|金额|总价",
    "unit_price": "unit price|item price|price per unit|lineitem price|product price|=price|单价|商品单价|=价格"
    "|商品价格",
    "quantity": "quantity|lineitem quantity|qty|units|pieces|item count|items|number of*|数量|购买数量|商品数量"
    "|件数|宝贝总数量",
    "discount": "discount amount|discount|discounts|discount total|优惠金额|折扣金额|优惠",
    "shipping": "shipping cost|shipping price|shipping amount|=shipping|freight|postage|运费|邮费|买家应付邮费",
    "refunded": "refunded amount|refund amount|amount refunded|退款金额",
    "currency": "currency|currency code|币种|货币",
    "order_status": "order status|financial status|payment status|display financial status|=status|订单状态|交易状态"
    "|支付状态|=状态",
    "payment_method": "payment method|payment type|pay method|支付方式|付款方式",
    "product": "product name|item name|lineitem name|product title|product|=item|=description|=title|goods name"
    "|商品名称|商品标题|宝贝标题|产品名称|货品名称|=商品|=产品",
    "sku": "sku|lineitem sku|stock code|product code|item code|product id|article number|商品编码|商品编号"
    "|商家编码|货号|产品编码",
    "category": "product category|category|product type|department|商品类目|商品类别|类目|品类|商品分类",
    "event_name": "event name|event type|=event|=action|=activity|事件名称|事件名|=事件|行为|行为类型",
    "anonymous_id": "anonymous id|cookie id|visitor id|distinct id|user pseudo id|domain userid|=cookie|匿名id|访客id",
    "session_id": "session id|=session|domain sessionid|会话id",
    "url": "page url|url|page location|landing page|=page|页面地址|页面url|网址|=页面",
    "referrer": "referrer|referer|referrer url|page referrer|来源页面|来源网址",
    "ip": "ip|ip address|client ip|remote ip|ip地址|来自ip",
    "user_agent": "user agent|=ua|浏览器ua",
    "campaign": "campaign|campaign name|utm campaign|推广计划|广告计划",
    "wechat_unionid": "unionid|union id|wechat unionid|微信unionid",
    "wechat_openid": "openid|open id|wechat openid|微信openid",
    "wecom_external_userid": "external userid|外部联系人id",
    "wechat_account": "微信号|微信号码|=微信|wechat id|wechat account|=wechat|=weixin",
    "qq": "qq|qq号|qq号码",
    "device_id": "device id|设备id|设备号",
    **{name: name for name in ("idfa", "idfv", "oaid", "imei")},
    "gaid": "gaid|advertising id|google advertising id",
    "android_id": "android id",
    "consent_email": "accepts email marketing|email opt in|email consent|email subscribed|接收邮件|邮件订阅",
    "refusal_email": "email opt out|unsubscribed|has opted out of email|unsubscribed from all email|邮件退订|退订邮件",
    "consent_sms": "accepts sms marketing|sms opt in|sms consent|接收短信|短信订阅",
    "refusal_sms": "sms opt out|短信退订",
    "consent_any": "accepts marketing|marketing consent|marketing opt in|opt in|同意营销|接收营销信息|是否接受营销",
    "refusal_any": "do not contact|marketing opt out|opt out|拒绝营销|免打扰",
}
# Before an end that is found (`Lead Owner Email`), these say that it is about somebody or something else.
OTHERS = frozenset(
    (
        *("owner", "agent", "staff", "seller", "vendor", "manager", "rep", "employee", "assignee", "merchant", "shop"),
        *("store", "supplier", "courier", "campaign", "adset", "ad", "form", "product", "file", "emergency", "by"),
        *("parent", "spouse", "salesperson", "author", "template", "warehouse", "branch", "tax", "partner", "lineitem"),
        *("license", "licence", "passport", "plate", "issuing"),
    )
)
OTHERS_HAN = (
    *(
        "卖家",
        "店铺",
        "门店",
        "物流",
        "快递",
        "客服",
        "销售",
        "顾问",
        "导购",
        "店员",
        "操作人",
        "负责人",
        "创建人",
        "修改人",
    ),
    *("推荐人", "紧急", "供应商", "发货人", "寄件人", "发件人", "经办", "商家", "产品", "商品", "退货", "修改后"),
)
# Objects in JSON that only hold the fields.
CONTAINERS = frozenset(
    ("properties", "traits", "data", "fields", "features", "attributes", "property", "source", "values", "context")
)

# "Discount Amount" is no amount of an order.
PARTS_OF_AMOUNT = frozenset(
    ("subtotal", "discount", "discounts", "shipping", "tip", "refund", "refunded", "fee", "deposit")
)

_NUMBERING = re.compile(r"^\s*(?:q?\d+\s*[、.．)）:]\s*)")
_REMARK = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_POLITE = re.compile(
    r"请(?:输入|填写|留下|选择|提供)|[您你]的?|^(?:注册|绑定|常用|预留|登录|用户|客户|会员|顾客|买家)(?=手机|邮箱|电话|姓名|性别|生日)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST_WORD = 6


@dataclass(frozen=True)
class HeaderReading:
    """A meaning a header may have: how much of it says so, which of the meaning's words, and what stands before it."""

    meaning: str
    strength: Strength
    rank: int
    head: str = ""


def read_header(header: str) -> list[HeaderReading]:
    """The meanings of a header, whole headers before ends, longer ends before shorter ones."""
    found: dict[str, tuple[int, HeaderReading]] = {}
    for reading, length in _readings(_header_words(header)):
        found.setdefault(reading.meaning, (length, reading))
    # Of equals the one that stands first in the table.
    order = list(WORDS)
    ranked = sorted(
        found.values(), key=lambda each: (each[1].strength != "whole", -each[0], order.index(each[1].meaning))
    )
    return [reading for _, reading in ranked]


def is_chinese(header: str) -> bool:
    """True for a header with Chinese characters."""
    return bool(_HAN.search(header))


def _header_words(header: str) -> list[str]:
    """The header's words; of a path in JSON those of all its steps but the containers."""
    steps = [_words(step) for step in re.split(r"\[\]\.?|\.", header) if step.strip()]
    if not steps:
        return []
    kept = [step for step in steps[:-1] if " ".join(step) not in CONTAINERS and not is_chinese("".join(step))]
    last = steps[-1]
    while len(last) > 1 and last[0] in ("property", "properties", "traits", "fields"):  # property_email
        last = last[1:]
    return [word for step in kept for word in step] + last


def _words(text: str) -> list[str]:
    plain = simplify(unicodedata.normalize("NFKC", text))
    plain = _REMARK.sub(" ", _NUMBERING.sub("", plain))
    if is_chinese(plain):
        plain = _POLITE.sub("", plain)
    words = _APART.sub(" ", _CAMEL.sub(" ", plain)).lower().split()
    # "Email 2" is an e-mail address; "Address 2" is a word of its own.
    if len(words) > 1 and words[-1].isdigit() and words[-2] not in ("address", "line"):
        words = words[:-1]
    return words


def _readings(words: list[str]) -> list[tuple[HeaderReading, int]]:
    """Every meaning that the words, their end or (with `*`) their beginning has, with the length of what was found."""
    joined = "".join(words)
    table = _table()
    found = [(HeaderReading(m, "whole", rank), len(joined)) for m, rank in table["whole"].get(joined, ())]
    if is_chinese(joined):
        ends = [joined[i:] for i in range(1, len(joined) - 1)]
        heads = [joined[: -len(end)] for end in ends]
    else:
        ends = ["".join(words[i:]) for i in range(max(1, len(words) - _LONGEST_WORD), len(words))]
        heads = [" ".join(words[:i]) for i in range(max(1, len(words) - _LONGEST_WORD), len(words))]
    for end, head in zip(ends, heads, strict=True):
        found += [
            (HeaderReading(meaning, "part", rank, head), len(end))
            for meaning, rank in table["end"].get(end, ())
            if not _is_other(head, meaning)
        ]
    found += [
        (HeaderReading(m, "part", rank), len(start))
        for start, entries in table["start"].items()
        if joined.startswith(start) and joined != start
        for m, rank in entries
    ]
    return found


def _is_other(head: str, meaning: str) -> bool:
    words = set(head.split())
    is_part = meaning == "amount" and bool(PARTS_OF_AMOUNT & words)
    return is_part or bool(OTHERS & words) or any(word in head for word in OTHERS_HAN)


@cache
def _table() -> dict[str, dict[str, list[tuple[str, int]]]]:
    """Word without blanks → meanings and ranks, for whole headers, ends and beginnings."""
    table: dict[str, dict[str, list[tuple[str, int]]]] = {"whole": {}, "end": {}, "start": {}}
    for meaning, listed in WORDS.items():
        for rank, word in enumerate(listed.split("|")):
            bare = word.strip("=*").replace(" ", "")
            if word.endswith("*"):
                table["start"].setdefault(bare, []).append((meaning, rank))
                continue
            table["whole"].setdefault(bare, []).append((meaning, rank))
            if not word.startswith("="):
                table["end"].setdefault(bare, []).append((meaning, rank))
    return table
