"""customer.event, purchase, purchase_line, interaction, feedback: the standard rows with their persons, none lost."""

from quality.expectations import Severity, Suite, holds, unique, unique_together


def _suite(name: str, keys: tuple[str, ...], what: str) -> Suite:
    same_row = " and ".join(f"s.{key} = c.{key}" for key in keys)
    repeated = "A row given to two persons is counted twice"
    is_there, is_in_standard = f"c.{keys[0]} is not null", f"s.{keys[0]} is not null"
    return Suite(
        table=f"customer.{name}",
        purpose=f"{what} by person",
        needs=(f"standard.{name}", "customer.customer"),
        rows=f"""
            select
                {"".join(f"coalesce(c.{key}, s.{key}) as {key}, " for key in keys)}
                {is_there} as is_there,
                case when {is_there} then {is_in_standard} end as is_in_standard,
                case when c.customer_id is not null then p.customer_id is not null end as is_of_live_customer
            from customer.{name} as c
            full join standard.{name} as s on {same_row}
            left join customer.customer as p on p.customer_id = c.customer_id
        """,
        expectations=(
            unique_together(keys, Severity.FAIL, repeated)
            if len(keys) > 1
            else unique(keys[0], Severity.FAIL, repeated),
            holds("is_there", Severity.FAIL, "Nothing is lost on the way from the sources to the customers"),
            holds("is_in_standard", Severity.FAIL, "A row that no source knows any more was not erased entirely"),
            holds("is_of_live_customer", Severity.FAIL, "A row of a customer nobody is any more is in no total"),
        ),
    )


SUITES = (
    _suite("event", ("event_id",), "Events"),
    _suite("purchase", ("purchase_id",), "Orders"),
    _suite("purchase_line", ("purchase_id", "line_number"), "Products on orders"),
    _suite("interaction", ("interaction_id",), "Contacts"),
    _suite("feedback", ("feedback_id",), "Feedback"),
)
