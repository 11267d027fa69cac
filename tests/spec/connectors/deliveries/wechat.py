"""WeChat official account: nickname and sex are empty since 2021-12, the unionid may begin with a blank, the remark is
staff's free text with a name, a number or both, and an answer can be an error under HTTP 200. Other answers are about
one person or name openids alone: those become one record each; two messages of one second are two; payments are in
cents and Beijing time."""

from tests.spec.connectors.deliveries.writing import page

SETTINGS = {"country": "CN"}
FILES = {
    "social/wechat/users-2026-03-18-001.json": page(
        {
            "user_info_list": [
                {
                    **{"subscribe": 1, "openid": "oA1", "nickname": "", "sex": 0, "language": "zh_CN", "city": ""},
                    **{"subscribe_time": 1434093047, "unionid": " o6_bmjABC", "remark": "王小明 13812345678"},
                    **{"subscribe_scene": "ADD_SCENE_QR_CODE", "tagid_list": [2]},
                },
                {
                    **{
                        "subscribe": 1,
                        "openid": "oA2",
                        "nickname": "小鱼",
                        "sex": 2,
                        "city": "揭阳",
                        "province": "广东",
                    },
                    **{"country": "中国", "subscribe_time": 1434093048, "unionid": "ozynqsXYZ", "remark": ""},
                },
                {"subscribe": 0, "openid": "oA3", "unionid": "o6_bmjDEF"},
            ]
        }
    ),
    "social/wechat/users-2026-03-18-002.json": page({"errcode": 45009, "errmsg": "reach max api daily quota limit"}),
    "social/wechat/user-2026-03-19-001.json": page(
        {
            "subscribe": 1,
            "openid": "oA4",
            "remark": "李女士-会员",
            "subscribe_time": 1434093050,
            "unionid": " o6_bmjGHI",
        }
    ),
    "social/wechat/user-2026-03-19-002.json": page({"errcode": 40003, "errmsg": "invalid openid"}),
    "social/wechat/userinfo-2026-03-19-001.json": page(
        {
            "openid": "oA5",
            "nickname": "Bob Ray",
            "sex": "1",
            "province": "广东",
            "privilege": [],
            "unionid": "o6_bmjJKL",
        }
    ),
    "social/wechat/openids-2026-03-19-001.json": page(
        {"total": 2, "count": 2, "data": {"openid": ["oA1", "oA6"]}, "next_openid": "oA6"}
    ),
    "social/wechat/logins-2026-03-19-001.json": page({"openid": "oA7", "unionid": "o6_bmjMNO"}),
    "social/wechat/shakes-2026-03-19-001.json": page(
        {"data": {"page_id": 14211, "openid": "oA8"}, "errcode": 0, "errmsg": "success."}
    ),
    "social/wechat/chats-2026-03-19-001.json": page({"sessionlist": [{"openid": "oA1", "createtime": 1400563700}]}),
    "social/wechat/waiting_chats-2026-03-19-001.json": page(
        {"count": 1, "waitcaselist": [{"openid": "oA6", "kf_account": "t@test", "createtime": 1400563705}]}
    ),
    "social/wechat/messages-2026-03-19-001.json": page(
        {
            "recordlist": [
                {"worker": " test1", "openid": "oA1", "opercode": 2002, "time": 1400563710, "text": " 您好"},
                {"worker": " test1", "openid": "oA1", "opercode": 2002, "time": 1400563710, "text": "请讲"},
            ]
        }
    ),
    "social/wechat/payments-2026-03-19-001.json": page(
        {
            **{"return_code": "SUCCESS", "result_code": "SUCCESS", "openid": "oA9", "trade_state": "SUCCESS"},
            **{"total_fee": "12345", "fee_type": "CNY", "out_trade_no": "1415757673", "time_end": "20141111170043"},
        }
    ),
}
ROWS = {
    "record": """
        | stream   | key | full_name | gender | phone          | city   | region | country | created_at          | updated_at          |
        | openids  | oA1 |           |        |                |        |        |         |                     | 2026-03-19 00:00:00 |
        | openids  | oA6 |           |        |                |        |        |         |                     | 2026-03-19 00:00:00 |
        | openids  | oA7 |           |        |                |        |        |         |                     | 2026-03-19 00:00:00 |
        | openids  | oA8 |           |        |                |        |        |         |                     | 2026-03-19 00:00:00 |
        | openids  | oA9 |           |        |                |        |        |         |                     | 2026-03-19 00:00:00 |
        | users    | oA1 | 王小明     |        | +8613812345678 |        |        |         | 2015-06-12 07:10:47 | 2026-03-18 00:00:00 |
        | users    | oA2 | 小鱼       | female |                | 揭阳市 | 广东省 | CN      | 2015-06-12 07:10:48 | 2026-03-18 00:00:00 |
        | users    | oA3 |           |        |                |        |        |         |                     | 2026-03-18 00:00:00 |
        | users    | oA4 | 李        |        |                |        |        |         | 2015-06-12 07:10:50 | 2026-03-19 00:00:00 |
        | visitors | oA5 | Bob Ray   | male   |                |        | 广东省 | CN      |                     | 2026-03-19 00:00:00 |
    """,
    "identifier": """
        | key | namespace      | issuer | value          |
        | oA1 | wechat_openid  | wechat | oA1            |
        | oA6 | wechat_openid  | wechat | oA6            |
        | oA7 | wechat_openid  | wechat | oA7            |
        | oA7 | wechat_unionid | o6_bmj | o6_bmjMNO      |
        | oA8 | wechat_openid  | wechat | oA8            |
        | oA9 | wechat_openid  | wechat | oA9            |
        | oA1 | phone          |        | +8613812345678 |
        | oA1 | wechat_openid  | wechat | oA1            |
        | oA1 | wechat_unionid | o6_bmj | o6_bmjABC      |
        | oA2 | wechat_openid  | wechat | oA2            |
        | oA2 | wechat_unionid | ozynqs | ozynqsXYZ      |
        | oA3 | wechat_openid  | wechat | oA3            |
        | oA3 | wechat_unionid | o6_bmj | o6_bmjDEF      |
        | oA4 | wechat_openid  | wechat | oA4            |
        | oA4 | wechat_unionid | o6_bmj | o6_bmjGHI      |
        | oA5 | wechat_openid  | wechat | oA5            |
        | oA5 | wechat_unionid | o6_bmj | o6_bmjJKL      |
    """,
    "interaction": """
        | stream        | key | kind      | occurred_at         | channel | subject           | staff  |
        | chats         | oA1 | chat      | 2014-05-20 05:28:20 | wechat  |                   |        |
        | messages      | oA1 | message   | 2014-05-20 05:28:30 | wechat  |                   | test1  |
        | messages      | oA1 | message   | 2014-05-20 05:28:30 | wechat  |                   | test1  |
        | users         | oA1 | subscribe | 2015-06-12 07:10:47 | wechat  | ADD_SCENE_QR_CODE |        |
        | users         | oA2 | subscribe | 2015-06-12 07:10:48 | wechat  |                   |        |
        | waiting_chats | oA6 | chat      | 2014-05-20 05:28:25 | wechat  |                   | t@test |
    """,
    "purchase": """
        | order_number | key | ordered_at          | status | currency | amount | payment_method |
        | 1415757673   | oA9 | 2014-11-11 09:00:43 | paid   | CNY      | 123.45 | wechat_pay     |
    """,
    "consent": """
        | key | channel | purpose   | status  | stated_at           |
        | oA1 | wechat  | marketing | granted | 2026-03-18 00:00:00 |
        | oA2 | wechat  | marketing | granted | 2026-03-18 00:00:00 |
        | oA3 | wechat  | marketing | denied  | 2026-03-18 00:00:00 |
        | oA4 | wechat  | marketing | granted | 2026-03-19 00:00:00 |
    """,
    # A nickname is kept as it is; nothing is made of it that would pass for a name.
    "unparsed": """
        | source_key | field     | raw_value | reason                |
        | oA2        | full_name | 小鱼       | family name not known |
    """,
    "quarantine": """
        | file_name                               | line | stage  | reason                                    |
        | social/wechat/user-2026-03-19-002.json  | 1    | ingest | the system answered with error code 40003 |
        | social/wechat/users-2026-03-18-002.json | 1    | ingest | the system answered with error code 45009 |
    """,
}
