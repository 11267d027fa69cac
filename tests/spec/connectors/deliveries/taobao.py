"""Taobao ExportOrderList: GBK, order numbers and phones guarded by an apostrophe or written as a formula, times in
Beijing, the buyer's Alipay account an e-mail or a mobile; and a line whose bytes are no GBK."""

from tests.spec.connectors.deliveries.writing import table

_BROKEN = b"\xff\xff,broken\r\n"
SETTINGS = {"country": "CN", "zone": "Asia/Shanghai", "currency": "CNY"}
FILES = {
    "store/taobao/ExportOrderList20260318.csv": table(
        {
            **{"订单编号": "'3600000000000000001", "买家会员名": "tb_xiaoyu", "买家支付宝账号": "xiaoyu@x.cn"},
            **{"买家应付邮费": "0.00", "买家实际支付金额": "88.50", "订单状态": "交易成功", "收货人姓名": "王小明"},
            **{"收货地址": "广东省 深圳市 南山区 科技园路1号", "联系手机": "'13812345678"},
            **{"订单创建时间": "2026-03-01 01:30:00", "订单付款时间": "2026-03-01 01:31:00", "宝贝标题": "龙井茶"},
            **{"宝贝总数量": "3"},
        },
        {
            **{"订单编号": '="3600000000000000002"', "买家会员名": "李大海", "买家支付宝账号": "13912345678"},
            **{"买家实际支付金额": "0.00", "订单状态": "等待买家付款", "收货人姓名": "李大海", "联系电话": "'"},
            **{
                "联系手机": '="13912345678"',
                "订单创建时间": "2026-03-02 12:00:00",
                "宝贝标题": "茶杯",
                "宝贝总数量": "1",
            },
        },
        encoding="gbk",
    )
    + _BROKEN,
}
ROWS = {
    "record": """
        | key       | full_name | email       | phone          | region | city  | district | updated_at          |
        | tb_xiaoyu | 王小明     | xiaoyu@x.cn | +8613812345678 | 广东省 | 深圳市 | 南山区    | 2026-02-28 17:30:00 |
        | 李大海     | 李大海     |             | +8613912345678 |        |       |          | 2026-03-02 04:00:00 |
    """,
    "identifier": """
        | key       | namespace    | issuer | value          | seen_last           |
        | tb_xiaoyu | email        |        | xiaoyu@x.cn    | 2026-02-28 17:30:00 |
        | tb_xiaoyu | phone        |        | +8613812345678 | 2026-02-28 17:30:00 |
        | tb_xiaoyu | taobao_buyer | taobao | tb_xiaoyu      | 2026-02-28 17:30:00 |
        | 李大海     | phone        |        | +8613912345678 | 2026-03-02 04:00:00 |
        | 李大海     | taobao_buyer | taobao | 李大海          | 2026-03-02 04:00:00 |
    """,
    "purchase": """
        | order_number        | key       | ordered_at          | status  | currency | amount | item_count |
        | 3600000000000000001 | tb_xiaoyu | 2026-02-28 17:30:00 | paid    | CNY      | 88.50  | 3          |
        | 3600000000000000002 | 李大海     | 2026-03-02 04:00:00 | pending | CNY      | 0.00   | 1          |
    """,
    "purchase_line": """
        | order               | product | quantity | unit_price | amount |
        | 3600000000000000001 | 龙井茶   | 3.000    | 29.5000    | 88.50  |
        | 3600000000000000002 | 茶杯     | 1.000    | 0.0000     | 0.00   |
    """,
    "quarantine": """
        | file_name                                | line | reason            |
        | store/taobao/ExportOrderList20260318.csv | 4    | not valid gb18030 |
    """,
}
