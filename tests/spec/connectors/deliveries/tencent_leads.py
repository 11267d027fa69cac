"""Tencent Ads leads: ids beyond 2^53, times of Beijing or in milliseconds, a number that staff found to be somebody
else's, an answer with another code than 0."""

from tests.spec.connectors.deliveries.writing import page

SETTINGS = {"country": "CN", "zone": "Asia/Shanghai"}
FILES = {
    "social/tencent_leads/leads-2026-03-18-001.json": page(
        {
            "code": 0,
            "message": "",
            "data": {
                "leads_info": [
                    {
                        **{"account_id": 1, "leads_id": 9223372036854775801, "leads_name": "王小明"},
                        **{
                            "leads_telephone": "13812345678",
                            "leads_gender": "GENDER_TYPE_MALE",
                            "leads_wechat": "wxm_88",
                        },
                        **{"leads_area": "广东省深圳市", "address": "南山区科技路1号", "leads_email": "W@x.cn"},
                        **{"leads_action_time": "2026-03-01 16:00:00", "leads_create_time": "2026-03-01 16:00:09"},
                        **{"adgroup_name": "春茶", "page_url": "https://lp.x/1", "bundle": '{"口味":"绿茶"}'},
                        **{"leads_type": "LEADS_TYPE_FORM", "leads_follow_tag": "LEADS_FOLLOW_TAG_VALID"},
                    },
                    {
                        **{"leads_id": 9223372036854775802, "leads_name": "李娜", "leads_telephone": "13912345678"},
                        **{"leads_gender": "GENDER_TYPE_UNKNOWN", "leads_qq": "10001"},
                        **{"leads_action_time": 1772352060000, "adgroup_name": "春茶"},
                        "leads_follow_tag": "LEADS_FOLLOW_TAG_INVALID_NOTSELF",
                    },
                ],
                "page_info": {"page": 1, "page_size": 200, "total_number": 2, "total_page": 1},
            },
        }
    ),
    "social/tencent_leads/leads-2026-03-18-002.json": page({"code": 11000, "message": "invalid token", "data": {}}),
}
ROWS = {
    "record": """
        | stream | key                 | full_name | gender | email  | phone          | address        | city | created_at          | updated_at          |
        | leads  | 9223372036854775801 | 王小明       | male   | w@x.cn | +8613812345678 | 广东省深圳市南山区科技路1号 | 深圳市  | 2026-03-01 08:00:00 | 2026-03-18 00:00:00 |
        | leads  | 9223372036854775802 | 李娜        |        |        |                |                |      | 2026-03-01 08:01:00 | 2026-03-18 00:00:00 |
    """,
    "identifier": """
        | key                 | namespace      | value          |
        | 9223372036854775801 | email          | w@x.cn         |
        | 9223372036854775801 | phone          | +8613812345678 |
        | 9223372036854775801 | wechat_account | wxm_88         |
        | 9223372036854775802 | qq             | 10001          |
    """,
    "quarantine": """
        | file_name                                      | line | reason                                    |
        | social/tencent_leads/leads-2026-03-18-002.json | 1    | the system answered with error code 11000 |
    """,
    "event": """
        | occurred_at         | event_type | event_name | key                 | url            | campaign | properties                                                           |
        | 2026-03-01 08:00:00 | track      | lead       | 9223372036854775801 | https://lp.x/1 | 春茶       | {"type":"LEADS_TYPE_FORM","source":null,"answers":"{\\"口味\\":\\"绿茶\\"}"} |
        | 2026-03-01 08:01:00 | track      | lead       | 9223372036854775802 |                | 春茶       | {"type":null,"source":null,"answers":null}                           |
    """,
}
