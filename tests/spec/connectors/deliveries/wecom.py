"""WeCom: field names and types differ by endpoint (mobiles as numbers or text, remark_company or remark_corp_name,
userid or oper_userid), and one contact appears once per colleague who added it."""

from tests.spec.connectors.deliveries.writing import page

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
}
# Of two rows about one contact in one delivery the later one is the profile; the number stays as an identifier.
ROWS = {
    "record": """
        | key | full_name | gender | phone          | company        | created_at          |
        | wmA | 李娜       | female | +8613812345678 | 远山贸易有限公司 | 2018-05-08 11:43:32 |
        | wmB | Bob Ray   |        |                |                | 2018-05-08 11:46:40 |
    """,
    "identifier": """
        | key | namespace             | issuer | value          |
        | wmA | phone                 |        | +8613812345678 |
        | wmA | phone                 |        | +8613912345678 |
        | wmA | wecom_external_userid | wecom  | wmA            |
        | wmA | wechat_unionid        | ozynqs | ozynqsAAA      |
        | wmB | phone                 |        | +8613612345678 |
        | wmB | wecom_external_userid | wecom  | wmB            |
    """,
    "interaction": """
        | key | kind   | occurred_at         | channel | staff |
        | wmA | follow | 2018-05-08 11:43:32 | wechat  | rocky |
        | wmB | follow | 2018-05-08 11:45:00 | wechat  | tommy |
        | wmB | follow | 2018-05-08 11:46:40 | wechat  | rocky |
    """,
}
