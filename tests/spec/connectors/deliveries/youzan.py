"""Youzan: pages and pushed messages whose JSON is encoded like a form (a plus is a blank, %2B a plus), ids beyond 2^53,
encrypted phones that are none, messages that say no more than an order's number, several products in one row."""

import json
from urllib.parse import quote_plus

from tests.spec.connectors.deliveries.writing import lines, page


def _order(tid: str, status: str, buyer: dict, address: dict, payment: str, **info: object) -> dict:
    return {
        "full_order_info": {
            "order_info": {"tid": tid, "status": status, "refund_state": 0, "pay_type_str": "WEIXIN", **info},
            "buyer_info": buyer,
            "address_info": address,
            "pay_info": {"payment": payment, "post_fee": "5.00", "transaction": []},
            "orders": [
                {
                    "title": "龙井茶 50g+",
                    "num": 2,
                    "outer_sku_id": "T-1",
                    "discount_price": "40.00",
                    "payment": "80.00",
                },
                {"title": "茶杯", "num": 1, "outer_sku_id": "", "sku_id": 37186796, "payment": "8.50"},
            ],
        }
    }


def _push(kind: str, number: int, message: dict) -> dict:
    """As Youzan's servers write it: a blank becomes a plus."""
    text = json.dumps(message, ensure_ascii=False)
    return {"msg": quote_plus(text), "type": kind, "msg_id": f"m{number}", "kdt_id": 13027865, "test": False}


_OPENID = "oPw1pt8GSW6qFxjhtSII_LHSUkwU"
_XIAOMING = {"yz_open_id": "yCKLYMKT630", "buyer_id": 9007199254740993, "fans_id": 11351079281, "fans_type": 1}
_SHENZHEN = {
    **{"receiver_name": "王小明", "receiver_tel": "13812345678", "delivery_address": "科技园路1号 2栋"},
    **{"delivery_province": "广东省", "delivery_city": "深圳市", "delivery_district": "南山区"},
}
_SECRET = "$eTS8t8hAECdXKgNtV6DIfw==$1$"
SETTINGS = {"country": "CN", "zone": "Asia/Shanghai", "currency": "CNY", "issuer": "wechat"}
FILES = {
    "store/youzan/trades-2026-03-18-001.json": page(
        {
            "code": 200,
            "success": True,
            "data": {
                "total_results": 2,
                "full_order_info_list": [
                    _order(
                        "E20260301000001",
                        "TRADE_SUCCESS",
                        {"yz_open_id": "lDWyZBas807", "buyer_phone": _SECRET, "outer_user_id": _OPENID},
                        {**_SHENZHEN, "receiver_name": _SECRET, "receiver_tel": _SECRET, "delivery_address": _SECRET},
                        "88.50",
                        created="2026-03-01 01:30:00",
                        update_time="2026-03-02 09:00:00",
                    ),
                    _order(
                        "E20260301000002",
                        "TRADE_CLOSED",
                        {"buyer_id": 0, "fans_id": 0, "buyer_phone": "13912345678"},
                        {"receiver_name": "李娜", "receiver_tel": "13712345678"},
                        "0.00",
                        created="2026-03-01 02:00:00",
                        update_time="2026-03-01 03:00:00",
                    ),
                ],
            },
        }
    ),
    "store/youzan/pushes-2026-03-18.ndjson": lines(
        _push(
            "trade_TradeCreate",
            1,
            _order("E20260307000001", "WAIT_BUYER_PAY", _XIAOMING, {}, "88.50", created="2026-03-07 17:56:50",
                   update_time="2026-03-07 17:56:50"),
        ),
        _push(
            "trade_TradeBuyerPay",
            2,
            _order("E20260307000001", "WAIT_SELLER_SEND_GOODS", _XIAOMING, _SHENZHEN, "88.50",
                   created="2026-03-07 17:56:50", update_time="2026-03-07 17:57:56"),
        ),
        _push("trade_TradeSuccess", 3, {"update_time": "2026-03-07 18:06:22", "tid": "E20260307000001"}),
    ),
}  # fmt: skip
ROWS = {
    "record": """
        | stream | key                              | full_name | phone          | region | city   | district | updated_at          |
        | buyers | ba6c167e885ea4be8252fb01c61fc554 | 李娜       | +8613912345678 |        |        |          | 2026-02-28 19:00:00 |
        | buyers | lDWyZBas807                      |           |                | 广东省 | 深圳市 | 南山区    | 2026-03-02 01:00:00 |
        | buyers | yCKLYMKT630                      | 王小明     | +8613812345678 | 广东省 | 深圳市 | 南山区    | 2026-03-07 09:57:56 |
    """,
    "identifier": """
        | key                              | namespace      | issuer | value                        |
        | ba6c167e885ea4be8252fb01c61fc554 | phone          |        | +8613912345678               |
        | lDWyZBas807                      | wechat_openid  | wechat | oPw1pt8GSW6qFxjhtSII_LHSUkwU |
        | lDWyZBas807                      | youzan_open_id | youzan | lDWyZBas807                  |
        | yCKLYMKT630                      | phone          |        | +8613812345678               |
        | yCKLYMKT630                      | youzan_buyer   | youzan | 9007199254740993             |
        | yCKLYMKT630                      | youzan_fan     | youzan | 1:11351079281                |
        | yCKLYMKT630                      | youzan_open_id | youzan | yCKLYMKT630                  |
    """,
    "purchase": """
        | order_number    | key                              | ordered_at          | status    | currency | amount | shipping | item_count | payment_method |
        | E20260301000001 | lDWyZBas807                      | 2026-02-28 17:30:00 | paid      | CNY      | 88.50  | 5.00     | 3          | weixin         |
        | E20260301000002 | ba6c167e885ea4be8252fb01c61fc554 | 2026-02-28 18:00:00 | cancelled | CNY      | 0.00   | 5.00     | 3          | weixin         |
        | E20260307000001 | yCKLYMKT630                      | 2026-03-07 09:56:50 | paid      | CNY      | 88.50  | 5.00     | 3          | weixin         |
    """,
    "purchase_line": """
        | order           | line_number | sku      | product    | quantity | unit_price | amount |
        | E20260301000001 | 1           | T-1      | 龙井茶 50g+ | 2.000    | 40.0000    | 80.00  |
        | E20260301000001 | 2           | 37186796 | 茶杯       | 1.000    | 8.5000     | 8.50   |
        | E20260301000002 | 1           | T-1      | 龙井茶 50g+ | 2.000    | 40.0000    | 80.00  |
        | E20260301000002 | 2           | 37186796 | 茶杯       | 1.000    | 8.5000     | 8.50   |
        | E20260307000001 | 1           | T-1      | 龙井茶 50g+ | 2.000    | 40.0000    | 80.00  |
        | E20260307000001 | 2           | 37186796 | 茶杯       | 1.000    | 8.5000     | 8.50   |
    """,
}
