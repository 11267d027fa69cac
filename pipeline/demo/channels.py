"""The channels of the demo: who uses each, and which fields its profiles usually hold.

A field's share is how often the channel holds it at noise 1; 0 means the system has no such field at all. The shares
follow what the systems ask for: shops know addresses, apps know mobiles, social accounts know next to nothing.
"""

from dataclasses import dataclass

FIELDS = ("name", "phone", "mail", "birth", "sex", "address", "city", "company")


@dataclass(frozen=True, eq=False)
class Channel:
    """One stream of one source system and its habits."""

    source: str
    stream: str
    users: tuple[float, float, float]  # share of Chinese, Western and overseas Chinese persons with a record
    second: float  # share of these persons with a second record
    han: bool  # Chinese persons write hanzi here
    has: dict[str, float]  # share of records holding each of FIELDS
    updated: float  # share of records changed again within the window


CHANNELS = (
    Channel("segment", "users", (0.16, 0.46, 0.34), 0.03, False,
            {"name": 0.55, "phone": 0.22, "mail": 0.86, "birth": 0.04, "sex": 0.06, "city": 0.15}, 0.12),
    Channel("sensors", "users", (0.42, 0.12, 0.26), 0.0, True,
            {"name": 0.45, "phone": 0.76, "mail": 0.18, "birth": 0.14, "sex": 0.30, "city": 0.30}, 0.12),
    Channel("wechat", "users", (0.42, 0.0, 0.22), 0.0, True, {"name": 0.16, "phone": 0.34}, 0.02),
    Channel("wecom", "contacts", (0.26, 0.01, 0.10), 0.0, True,
            {"name": 0.66, "phone": 0.42, "sex": 0.60, "company": 0.15}, 0.05),
    Channel("zoho", "leads", (0.05, 0.30, 0.26), 0.08, False,
            {"name": 0.96, "phone": 0.55, "mail": 0.84, "address": 0.24, "city": 0.40, "company": 0.40}, 0.08),
    Channel("zoho", "contacts", (0.04, 0.34, 0.24), 0.03, False,
            {"name": 0.99, "phone": 0.60, "mail": 0.88, "birth": 0.42, "address": 0.55, "city": 0.65, "company": 0.30}, 0.10),
    Channel("fxiaoke", "accounts", (0.36, 0.01, 0.06), 0.04, True,
            {"name": 0.98, "phone": 0.82, "mail": 0.22, "birth": 0.30, "sex": 0.45, "address": 0.45, "city": 0.60,
             "company": 0.15}, 0.10),
    Channel("shopify", "customers", (0.04, 0.48, 0.38), 0.06, False,
            {"name": 0.97, "phone": 0.38, "mail": 0.95, "address": 0.80, "city": 0.88, "company": 0.08}, 0.08),
    Channel("taobao", "orders", (0.46, 0.0, 0.12), 0.05, True, {"name": 1.0, "phone": 0.97, "mail": 0.08, "address": 1.0}, 0.0),
    Channel("zendesk", "users", (0.10, 0.32, 0.26), 0.04, False, {"name": 0.88, "phone": 0.36, "mail": 0.90}, 0.06),
    Channel("survey", "responses", (0.08, 0.16, 0.14), 0.08, False, {"name": 0.62, "mail": 0.74}, 0.0),
)

# An order is a record of its buyer as typed at checkout; drawn with the orders, not per person.
ORDER_CHANNEL = Channel("shopify", "orders", (0.0, 0.0, 0.0), 0.0, False,
                        {"name": 0.99, "phone": 0.55, "mail": 0.93, "address": 0.97, "city": 0.99, "company": 0.05}, 0.0)
