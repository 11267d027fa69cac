"""WeCom: field names and types differ by endpoint (mobiles as numbers or text, remark_company or remark_corp_name,
userid or oper_userid), and one contact appears once per colleague who added it. Other answers name contacts alone; of a
group chat's members only those of type 2 are contacts, and whom a message did not reach may be nobody."""

from tests.spec.connectors.deliveries.writing import page

SETTINGS = {"country": "CN"}
FILES = {
    "social/wecom/contacts-2026-03-18-001.json": page(
        {
            "errcode": 0,
            "external_contact_list": [
                {
                    "external_contact": {
                        **{"external_userid": "wmA", "name": "小李", "gender": 2, "unionid": "ozynqsAAA"},
                        **{"corp_name": "某公司", "type": 1},
                    },
                    "follow_info": {
                        **{"remark": "李娜", "createtime": 1525779812, "oper_userid": "rocky"},
                        **{"remark_corp_name": "远山贸易有限公司", "remark_mobiles": ["13812345678", "13912345678"]},
                    },
                },
                {
                    "external_contact": {"external_userid": "wmB", "name": "Bob Ray", "gender": 0},
                    "follow_info": {
                        **{"userid": "tommy", "remark": "", "createtime": 1525779900, "remark_mobiles": [13612345678]},
                        **{"remark_company": "Far Hills Ltd"},
                    },
                },
                {
                    "external_contact": {"external_userid": "wmB", "name": "Bob Ray", "gender": 0},
                    "follow_info": {"userid": "rocky", "createtime": 1525780000, "remark_mobiles": []},
                },
            ],
            "next_cursor": "",
        }
    ),
    "social/wecom/contact-2026-03-19-001.json": page(
        {
            "errcode": 0,
            "external_contact": {"external_userid": "wmC", "name": "李四", "gender": 1, "unionid": "ozynqsCCC"},
            "follow_user": [
                {"userid": "rocky", "remark": "李部长", "createtime": 1525779812, "remark_mobiles": [13712345678]},
                {"userid": "tommy", "remark": "李四", "createtime": 1525881637, "remark_company": "腾讯科技"},
            ],
        }
    ),
    "social/wecom/contact_ids-2026-03-19-001.json": page({"errcode": 0, "external_userid": ["wmA", "wmD"]}),
    "social/wecom/unassigned-2026-03-19-001.json": page(
        {
            "errcode": 0,
            "info": [{"handover_userid": "zhangsan", "external_userid": "wmE", "dimission_time": 1550838571}],
            "is_last": True,
        }
    ),
    "social/wecom/group_messages-2026-03-19-001.json": page(
        {
            "errcode": 0,
            "detail_list": [
                {"external_userid": "wmA", "userid": "rocky", "status": 1, "send_time": 1552536375},
                {"external_userid": "wmF", "userid": "rocky", "status": 0},
            ],
        }
    ),
    "social/wecom/group_members-2026-03-19-001.json": page(
        {
            "errcode": 0,
            "group_chat": {
                **{"chat_id": "wrO", "name": "销售客服群", "owner": "ZhuShengBen"},
                "member_list": [
                    {"userid": "abel", "type": 1, "join_time": 1572505490},
                    {"userid": "wmG", "type": 2, "unionid": "ozynqsGGG", "join_time": 1572505491},
                ],
            },
        }
    ),
    "social/wecom/undelivered-2026-03-19-001.json": page({"errcode": 0, "fail_list": ["wmX"], "msgid": "m1"}),
}
# Of two rows about one contact in one delivery the later one is the profile; the number stays as an identifier.
ROWS = {
    "record": """
        | stream   | key | full_name | gender | phone          | company        | created_at          |
        | contacts | wmA | 李娜       | female | +8613812345678 | 远山贸易有限公司 | 2018-05-08 11:43:32 |
        | contacts | wmB | Bob Ray   |        |                |                | 2018-05-08 11:46:40 |
        | contacts | wmC | 李四       | male   |                | 腾讯科技        | 2018-05-09 16:00:37 |
        | named    | wmA |           |        |                |                |                     |
        | named    | wmD |           |        |                |                |                     |
        | named    | wmE |           |        |                |                |                     |
        | named    | wmF |           |        |                |                |                     |
        | named    | wmG |           |        |                |                |                     |
    """,
    "identifier": """
        | key | namespace             | issuer | value          |
        | wmA | phone                 |        | +8613812345678 |
        | wmA | phone                 |        | +8613912345678 |
        | wmA | wechat_unionid        | ozynqs | ozynqsAAA      |
        | wmA | wecom_external_userid | wecom  | wmA            |
        | wmB | phone                 |        | +8613612345678 |
        | wmB | wecom_external_userid | wecom  | wmB            |
        | wmC | phone                 |        | +8613712345678 |
        | wmC | wechat_unionid        | ozynqs | ozynqsCCC      |
        | wmC | wecom_external_userid | wecom  | wmC            |
        | wmA | wecom_external_userid | wecom  | wmA            |
        | wmD | wecom_external_userid | wecom  | wmD            |
        | wmE | wecom_external_userid | wecom  | wmE            |
        | wmF | wecom_external_userid | wecom  | wmF            |
        | wmG | wechat_unionid        | ozynqs | ozynqsGGG      |
        | wmG | wecom_external_userid | wecom  | wmG            |
    """,
    "interaction": """
        | key | kind          | occurred_at         | channel | status | subject    | staff       |
        | wmA | follow        | 2018-05-08 11:43:32 | wechat  |        |            | rocky       |
        | wmA | group_message | 2019-03-14 04:06:15 | wechat  | 1      |            | rocky       |
        | wmB | follow        | 2018-05-08 11:45:00 | wechat  |        |            | tommy       |
        | wmB | follow        | 2018-05-08 11:46:40 | wechat  |        |            | rocky       |
        | wmC | follow        | 2018-05-08 11:43:32 | wechat  |        |            | rocky       |
        | wmC | follow        | 2018-05-09 16:00:37 | wechat  |        |            | tommy       |
        | wmE | handover      | 2019-02-22 12:29:31 | wechat  |        |            | zhangsan    |
        | wmG | group_chat    | 2019-10-31 07:04:51 | wechat  |        | 销售客服群 | ZhuShengBen |
    """,
}
