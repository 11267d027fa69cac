"""Fxiaoke: every answer is HTTP 200 and errorCode decides, times are epoch milliseconds, places come as resolved twins
(`city__r`), an invalid account is a deleted one."""

from tests.spec.connectors.deliveries.writing import page

SETTINGS = {"country": "CN", "zone": "Asia/Shanghai"}
FILES = {
    "crm/fxiaoke/accounts-2026-03-18-001.json": page(
        {
            "errorCode": 0,
            "errorMessage": "OK",
            "data": {
                "dataList": [
                    {
                        **{"_id": "5f01", "name": "王小明", "account_no": "KH0001", "tel": "138 1234 5678"},
                        **{"email": "w@x.cn", "field_gender__c": "男", "province__r": "广东省", "province": "251"},
                        **{"city__r": "深圳市", "city": "440300", "owner": ["FSUID_1"], "life_status": "normal"},
                        **{"create_time": 1772323200000, "last_modified_time": 1772409600000},
                    },
                    {
                        **{"_id": "5f02", "name": "李娜", "mobile": "13912345678", "life_status": "invalid"},
                        **{"last_modified_time": 1772409600000},
                    },
                ],
                "total": 0,
            },
        }
    ),
    "crm/fxiaoke/accounts-2026-03-18-900.json": page({"errorCode": 14001, "errorMessage": "frequency", "data": None}),
}
ROWS = {
    "record": """
        | key  | full_name | gender | email  | phone          | region | city | created_at          | updated_at          | deleted_at          |
        | 5f01 | 王小明     | male   | w@x.cn | +8613812345678 | 广东省 | 深圳市 | 2026-03-01 00:00:00 | 2026-03-02 00:00:00 |                     |
        | 5f02 | 李娜       |        |        | +8613912345678 |        |      |                     | 2026-03-02 00:00:00 | 2026-03-02 00:00:00 |
    """,
    "identifier": """
        | key  | namespace       | issuer  | value          |
        | 5f01 | email           |         | w@x.cn         |
        | 5f01 | fxiaoke_account | fxiaoke | KH0001         |
        | 5f01 | phone           |         | +8613812345678 |
        | 5f02 | phone           |         | +8613912345678 |
    """,
    "quarantine": """
        | file_name                                | line | reason                                    |
        | crm/fxiaoke/accounts-2026-03-18-900.json | 1    | the system answered with error code 14001 |
    """,
}
