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
    Channel(
        "segment",
        "users",
        (0.16, 0.46, 0.34),
        0.03,
        False,
        {"name": 0.83, "phone": 0.52, "mail": 0.94, "birth": 0.05, "sex": 0.18, "city": 0.38},
        0.12,
    ),
    Channel(
        "sensors",
        "users",
        (0.42, 0.12, 0.26),
        0.0,
        True,
        {"name": 0.78, "phone": 0.91, "mail": 0.4, "birth": 0.16, "sex": 0.49, "city": 0.58},
        0.12,
    ),
    Channel("wechat", "users", (0.40, 0.0, 0.22), 0.0, True, {"name": 0.42, "phone": 0.62}, 0.02),
    Channel(
        "wecom",
        "contacts",
        (0.26, 0.01, 0.10),
        0.0,
        True,
        {"name": 0.86, "phone": 0.72, "sex": 0.74, "company": 0.15},
        0.05,
    ),
    Channel(
        "zoho",
        "leads",
        (0.05, 0.30, 0.26),
        0.08,
        False,
        {"name": 0.98, "phone": 0.75, "mail": 0.93, "address": 0.45, "city": 0.66, "company": 0.40},
        0.08,
    ),
    Channel(
        "zoho",
        "contacts",
        (0.04, 0.34, 0.24),
        0.03,
        False,
        {"name": 0.99, "phone": 0.81, "mail": 0.95, "birth": 0.46, "address": 0.74, "city": 0.82, "company": 0.30},
        0.10,
    ),
    Channel(
        "fxiaoke",
        "accounts",
        (0.36, 0.01, 0.06),
        0.04,
        True,
        {
            "name": 0.99,
            "phone": 0.94,
            "mail": 0.45,
            "birth": 0.34,
            "sex": 0.62,
            "address": 0.66,
            "city": 0.81,
            "company": 0.15,
        },
        0.10,
    ),
    Channel(
        "shopify",
        "customers",
        (0.04, 0.48, 0.38),
        0.06,
        False,
        {"name": 0.99, "phone": 0.68, "mail": 0.98, "address": 0.89, "city": 0.94, "company": 0.08},
        0.08,
    ),
    Channel(
        "taobao",
        "orders",
        (0.46, 0.0, 0.12),
        0.05,
        True,
        {"name": 1.0, "phone": 0.99, "mail": 0.25, "address": 1.0},
        0.0,
    ),
    Channel("zendesk", "users", (0.10, 0.32, 0.26), 0.04, False, {"name": 0.95, "phone": 0.63, "mail": 0.96}, 0.06),
    Channel("survey", "responses", (0.08, 0.16, 0.14), 0.08, False, {"name": 0.81, "mail": 0.91}, 0.0),
)

# An order is a record of its buyer as typed at checkout; drawn with the orders, not per person.
ORDER_CHANNEL = Channel(
    "shopify",
    "orders",
    (0.0, 0.0, 0.0),
    0.0,
    False,
    {"name": 0.99, "phone": 0.77, "mail": 0.97, "address": 0.98, "city": 0.99, "company": 0.05},
    0.0,
)
