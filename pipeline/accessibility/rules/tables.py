"""Tables: whether their cells have heads, which tell what a number is about."""

from __future__ import annotations

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.codes import Code
from pipeline.model import Table, TableCell
from pipeline.tree import plain_text


def tables_have_heads(subject: Subject) -> Outcome:
    """Tables of two rows and two columns or more have a head, or heads of their rows. A grid
    without any text is one to fill in."""
    failures = []
    checked = 0
    for node, span in subject.nodes:
        if not isinstance(node, Table) or not _needs_heads(node):
            continue
        checked += 1
        if not any(cell.scope for cell in _cells(node)):
            message = "The table has no head, so that listeners do not know what its cells are."
            hint = "Name the columns in the first row, or write `{head-columns=1}` below."
            failures.append(Failure(message, span, hint, Code.UNHEADED_TABLE))
    return Outcome(checked, tuple(failures))


def _cells(table: Table) -> list[TableCell]:
    return [cell for row in (*table.head, *table.body) for cell in row.cells]


def _needs_heads(table: Table) -> bool:
    rows = (*table.head, *table.body)
    is_grid = len(rows) > 1 and max((len(row.cells) for row in rows), default=0) > 1
    return is_grid and any(plain_text(cell.children).strip() for cell in _cells(table))
