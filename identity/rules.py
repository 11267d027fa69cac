"""Which keys two records must share to be compared: the list of blocking rules.

A rule is a set of columns of identity_person (or SQL expressions over them) that must all be present and equal.
Sharp rules name evidence that few persons share and always run. Broad rules share one attribute: they find what the
sharp ones miss and run only while they are cheap, so small tables get them in full and large tables their rare values.
A rule whose columns are empty makes no pairs, so nothing has to be chosen by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from identity.settings import Settings


@dataclass(frozen=True)
class Rule:
    """Records that agree on all `parts`, SQL expressions over identity_person, are compared.

    broad: names little evidence, so it runs only while it is cheap. namespace: instead of parts, records that carry one
    value of this namespace.
    """

    name: str
    parts: tuple[str, ...] = ()
    broad: bool = False
    namespace: str | None = None


# Columns of identity_person, joined by "+"; a name may be followed by =expression.
PARTS = {
    "family_start": "left(family, 3)",
    "given_start": "left(given, 3)",
    "given_initial": "left(coalesce(given_pinyin, given), 1)",
    "family_initial": "left(coalesce(family_pinyin, family), 1)",
    "family_sound": "nullif(left(family, 1) || regexp_replace(substr(family, 2), '[aeiouyhw ]', '', 'g'), '')",
    "given_sound": "nullif(left(given, 1) || regexp_replace(substr(given, 2), '[aeiouyhw ]', '', 'g'), '')",
    "phone_start": "left(phone, length(phone) - 5)",
    "phone_end": "right(phone, 5)",
    "phone_last": "right(phone, 4)",
    "email_start": "case when length(email_local) >= 6 then left(email_local, 6) end",
    "email_local": "case when length(email_local) >= 5 then email_local end",
    "house": "nullif(house, '')",
}

SHARP = (
    "email_local",
    "phone_tail",
    "birth+family",
    "birth+given_first",
    "birth+family_initial+given_initial",
    "birth+family_pinyin",
    "birth+given_pinyin",
    "birth+postcode",
    "birth+house",
    "birth_sorted+family_start",
    "birth_sorted+given_start",
    "birth_day+family+given_initial",
    "birth_day+given_first+family_initial",
    "birth_year+family+given_start",
    "name_letters+birth_year",
    "name_letters+city",
    "name_letters+district",
    "name_letters+postcode",
    "name_letters+region",
    "name_letters+company",
    "name_letters+phone_last",
    "address+family_initial",
    "address+given_initial",
    "address+birth_year",
    "postcode+family+given_initial",
    "postcode+given_first",
    "postcode+house",
    "city+house+family_start",
    "city+family+given_start",
    "phone_start+given_initial",
    "phone_end+family_initial",
    "email_start+birth_year",
    "email_start+family_initial",
    "family_sound+given_sound+birth_year",
    "family_sound+given_sound+city",
)

BROAD = (
    "name_letters",
    "birth",
    "address",
    "email_start",
    "birth_sorted",
    "family_sound+given_sound",
    "family_start+given_start",
    "city+family",
    "city+given_first",
    "family+given_initial",
    "family",
    "given_first",
    "birth_year+city",
)


# Part -> parts that two records share whenever they share it, because they are cut out of it and never missing in it.
IMPLIED = {
    "family": ("family_start",),
    "family_pinyin": ("family_initial",),
    "given_pinyin": ("given_initial",),
    "birth": ("birth_year", "birth_day", "birth_sorted"),
    "birth_sorted": ("birth_year",),
    "phone_tail": ("phone_end", "phone_last"),
    "phone_end": ("phone_last",),
}


def list_rules(namespaces: list[str], settings: Settings) -> list[Rule]:
    """All rules for a table in which these namespaces have values in common, the sharpest first."""
    rules = [Rule(name, namespace=name) for name in namespaces]
    for number, extra in enumerate(settings.blocking):
        rules.append(Rule(" + ".join(extra.keys), tuple(f"key_{number}_{part}" for part in range(len(extra.keys)))))
    rules.extend(_named_rule(text, broad=False) for text in SHARP)
    rules.extend(_named_rule(text, broad=True) for text in BROAD)
    return rules


def _named_rule(text: str, broad: bool) -> Rule:
    """The rule written as `part+part`."""
    return Rule(text, tuple(PARTS.get(part, part) for part in text.split("+")), broad)


def implied_parts(rule: Rule) -> frozenset[str]:
    """The parts of a rule and all that follow from them: who shares the first shares the others."""
    names = {PARTS.get(name, name): name for name in (*IMPLIED, *PARTS)}
    found, waiting = set(rule.parts), list(rule.parts)
    while waiting:
        for name in IMPLIED.get(names.get(waiting.pop(), ""), ()):
            part = PARTS.get(name, name)
            if part not in found:
                found.add(part)
                waiting.append(part)
    return frozenset(found)
