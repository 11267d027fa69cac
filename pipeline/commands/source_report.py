"""What `guiyi source` prints: the columns of a proposal, and what came of a dry run. Values are never among it."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.inference.column_roles import Role
from pipeline.inference.dry_run import Outcome
from pipeline.inference.source_inference import Inference
from pipeline.inference.source_proposal import Proposal


def print_proposal(console: Console, found: Inference) -> None:
    """Every column with what it was taken for, and the remarks."""
    sample, proposal = found.sample, found.proposal
    more = " (the first ones)" if sample.is_cut else ""
    refused = f", {sample.rejected:,} could not be read" if sample.rejected else ""
    title = (
        f"{found.path.name}: {proposal.kind}, format {proposal.stream['format']}, {sample.rows:,} rows{more}{refused}"
    )
    console.print(Text(title, style="italic"))
    table = Table()
    for name in ("column", "taken for", "", "understood", "filled", "why"):
        table.add_column(name, justify="right" if name in ("understood", "filled") else "left")
    for role in proposal.roles.roles:
        table.add_row(*(Text(cell) for cell in _cells(role, proposal)))
    console.print(table)
    for remark in proposal.remarks:
        console.print(f"· {remark}", markup=False, highlight=False)
    if any(role.meaning is None and role.column.distinct for role in proposal.roles.roles):
        hint = "· a column that was not recognised can be named by hand, as in city = '\"Ort\"': see CONTRIBUTING.md"
        console.print(hint, markup=False, highlight=False)
    console.print()


def _cells(role: Role, proposal: Proposal) -> tuple[str, ...]:
    filled = f"{role.column.filled:.2f}"
    if not role.column.distinct:
        return role.column.label, "", "", "", filled, "empty"
    meaning = role.meaning
    if meaning is None:
        return role.column.label, "", "", "", filled, "not recognised; kept in the raw table"
    why = meaning.why if role.taken else role.note
    if role.taken and not proposal.uses(role.column.expression):
        why = f"{proposal.kind} have no such part; kept in the raw table"
    return role.column.label, meaning.name, meaning.sureness, f"{meaning.understood:.2f}", filled, why


def print_outcome(console: Console, outcome: Outcome) -> None:
    """What came of a dry run."""
    console.print("tried in a temporary data directory", style="italic")
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    counts = [
        ("rows in", outcome.delivered),
        ("rows loaded", outcome.loaded),
        ("rows quarantined", outcome.quarantined),
    ]
    counts += [(f"  {reason}", count) for reason, count in outcome.refusals]
    counts += [(name.replace("_", " ") + "s", count) for name, count in outcome.tables.items() if count]
    counts += [(f"  with {name.replace('_', ' ')}", count) for name, count in outcome.fields.items() if count]
    counts += [(f"  identifiers {name}", count) for name, count in outcome.namespaces]
    counts += [("values not understood", sum(count for _, _, count in outcome.unparsed))]
    counts += [(f"  {field}: {reason}", count) for field, reason, count in outcome.unparsed]
    for name, count in counts:
        table.add_row(Text(name), f"{count:,}")
    console.print(table)
    for columns in outcome.missing:
        console.print(f"· the stream reads columns that the file lacks: {columns}", markup=False, highlight=False)
    verdict = "it works" if outcome.works else "it does not work: nothing came of the rows, or most are quarantined"
    console.print(verdict, style="green" if outcome.works else "red", highlight=False)
