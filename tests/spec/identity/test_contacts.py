"""E-mails, phones, identity numbers and accounts: what counts as how much alike."""

from tests.identity.tables import compare, draw

EMAILS = """
left               | left name | right               | right name | level
qx7731@a.com       |           | qx7731@a.com        |            | same
qx7731@a.com       |           | qx7731@bcdefg.com   |            | same local part
qx7731@a.com       |           | qx7732@a.com        |            | near
qx7731@alpha.com   |           | qx7731@aplha.com    |            | near
qx7731@a.com       |           | zzyzx@a.com         |            | different
qx7731@a.com       |           |                     |            | missing
bob.smith@a.com    | Smith     | bob.smith@bcdefg.com | Smith      | told by the name
bob.smith@a.com    | Smith     | bob.smith@bcdefg.com |            | same name
bob.smith7@a.com   | Smith     | bob.smith8@a.com    | Smith      | told by the name
bob.smith@d.com    | Smith     | bob.smiht@d.com     | Smith      | near
bob.smith@alpha.com | Smith    | bob.smith@aplha.com | Smith      | near
bob.smith@c.com    | Smith     | bob.smith@c.com     | Smith      | same
"""

PHONES = """
left           | right          | level
+8613812345678 | +8613812345678 | same
+8613812345670 | 13812345670    | same tail
+8613912345678 | +8613912345679 | one digit
+447700900123  | +12025550123   | different
+447700900124  |                | missing
"""

IDENTIFIERS = """
namespace      | left issuer | left | right issuer | right | level
wechat_unionid | a           | o1   | a            | o1    | same
wechat_unionid | a           | o2   | a            | o3    | different
wechat_unionid | a           | o4   | b            | o5    | missing
wechat_unionid | a           | o6   | b            | o6    | missing
loyalty_card   |             | 77   |              | 77    | same
"""


def test_emails() -> None:
    cases = draw(EMAILS)
    sides = ("left", "right")
    pairs = [tuple({"email": case[side], "family_name": case[f"{side} name"]} for side in sides) for case in cases]
    found = compare(pairs)  # type: ignore[arg-type]
    assert [level["email"] for level in found] == [case["level"] for case in cases]


def test_phones() -> None:
    cases = draw(PHONES)
    found = compare([({"phone": case["left"]}, {"phone": case["right"]}) for case in cases])
    assert [level["phone"] for level in found] == [case["level"] for case in cases]


def test_identifiers() -> None:
    cases = draw(IDENTIFIERS)
    carried = [
        {
            "record_id": f"{number:04}{letter}",
            "namespace": case["namespace"],
            "issuer": case[f"{side} issuer"],
            "value": case[side],
        }
        for number, case in enumerate(cases)
        for letter, side in (("a", "left"), ("b", "right"))
    ]
    found = compare([({"gender": "male"}, {"gender": "male"}) for _ in cases], carried)  # type: ignore[arg-type]
    assert [level[str(case["namespace"])] for level, case in zip(found, cases, strict=True)] == [
        case["level"] for case in cases
    ]


def test_earlier_values_count_too() -> None:
    carried = [
        {"record_id": "0000a", "namespace": "email", "value": "old@a.com"},
        {"record_id": "0000b", "namespace": "email", "value": "old@a.com"},
    ]
    found = compare([({"email": "new@a.com"}, {"email": "other@b.com"})], carried)  # type: ignore[arg-type]
    assert found[0]["email"] == "same"


def test_revoked_and_device_values_do_not_count() -> None:
    carried = [
        {"record_id": record, "namespace": namespace, "value": "x1", "revoked_at": revoked}
        for record in ("0000a", "0000b")
        for namespace, revoked in (("user_id", "2024-01-01"), ("device_id", None))
    ]
    found = compare([({"gender": "male"}, {"gender": "male"})], carried)  # type: ignore[arg-type]
    assert found[0] == {"gender": "exact"}


def test_value_of_many_names_is_only_shared() -> None:
    names = ["Adams", "Baker", "Cooper", "Dyer", "Evans", "Fisher"]
    pairs = [
        ({"phone": "+12025550100", "family_name": one}, {"phone": "+12025550100", "family_name": two})
        for one, two in zip(names[::2], names[1::2], strict=True)
    ]
    assert [level["phone"] for level in compare(pairs)] == ["shared"] * 3  # type: ignore[arg-type]
