"""standard.purchase_line: products on orders."""

from quality.expectations import Severity, Suite, holds, unique_together, within

SUITE = Suite(
    table="standard.purchase_line",
    purpose="Products on orders",
    needs=("standard.purchase",),
    rows="""
        select
            l.purchase_id,
            l.line_number,
            p.purchase_id is not null as is_of_known_order,
            l.product is not null or l.sku is not null as names_a_product,
            l.quantity <> 0 as has_a_quantity,
            abs(l.amount - l.quantity * l.unit_price) <= 0.01 * greatest(1, abs(l.amount)) as amount_adds_up
        from standard.purchase_line as l
        left join standard.purchase as p using (purchase_id)
    """,
    expectations=(
        unique_together(("purchase_id", "line_number"), Severity.FAIL, "A line counted twice doubles what was bought"),
        within("line_number", 1, None, Severity.WARN, "Positions count from 1"),
        holds("is_of_known_order", Severity.WARN, "The order's own row was broken: its lines belong to nobody yet"),
        holds("names_a_product", Severity.WARN, "A line without a product says nothing about tastes"),
        holds("has_a_quantity", Severity.WARN, "A line of nothing is an option or a message, not a purchase"),
        holds("amount_adds_up", Severity.WARN, "Pieces times price should be the amount, to one per cent",
              at_least=0.99),
    ),
)  # fmt: skip
