"""WeChat official account: nickname and sex are empty since 2021-12, the unionid may begin with a blank, the remark is
staff's free text with a name, a number or both, and an answer can be an error under HTTP 200."""

from tests.spec.connectors.deliveries.writing import page

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
}
ROWS = {
    "record": """
        | key | full_name | gender | phone          | city | region | country | created_at          | updated_at          |
        | oA1 | 王小明     |        | +8613812345678 |      |        |         | 2015-06-12 07:10:47 | 2026-03-18 00:00:00 |
        | oA2 | 小鱼       | female |                | 揭阳市 | 广东省 | CN      | 2015-06-12 07:10:48 | 2026-03-18 00:00:00 |
        | oA3 |           |        |                |      |        |         |                     | 2026-03-18 00:00:00 |
    """,
    "identifier": """
        | key | namespace      | issuer | value          |
        | oA1 | phone          |        | +8613812345678 |
        | oA1 | wechat_openid  | wechat | oA1            |
        | oA1 | wechat_unionid | o6_bmj | o6_bmjABC      |
        | oA2 | wechat_openid  | wechat | oA2            |
        | oA2 | wechat_unionid | ozynqs | ozynqsXYZ      |
        | oA3 | wechat_openid  | wechat | oA3            |
        | oA3 | wechat_unionid | o6_bmj | o6_bmjDEF      |
    """,
    "interaction": """
        | key | kind      | occurred_at         | channel | subject           |
        | oA1 | subscribe | 2015-06-12 07:10:47 | wechat  | ADD_SCENE_QR_CODE |
        | oA2 | subscribe | 2015-06-12 07:10:48 | wechat  |                   |
    """,
    "consent": """
        | key | channel | purpose   | status  | stated_at           |
        | oA1 | wechat  | marketing | granted | 2026-03-18 00:00:00 |
        | oA2 | wechat  | marketing | granted | 2026-03-18 00:00:00 |
        | oA3 | wechat  | marketing | denied  | 2026-03-18 00:00:00 |
    """,
    # A nickname is kept as it is; nothing is made of it that would pass for a name.
    "unparsed": """
        | source_key | field     | raw_value | reason                |
        | oA2        | full_name | 小鱼       | family name not known |
    """,
    "quarantine": """
        | file_name                               | line | stage  | reason                                    |
        | social/wechat/users-2026-03-18-002.json | 1    | ingest | the system answered with error code 45009 |
    """,
}
