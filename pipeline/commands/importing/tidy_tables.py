"""Tables from other programs in the form that a careful person would write: with headers, and
aligned columns."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from pipeline import model
from pipeline.parser.table_options import guess_row_heads, with_head_columns, with_head_rows


def headed(table: model.Table) -> model.Table:
    """The table; of one without heads, the first row is its head if it is not empty, or the first
    cell of its only row."""
    table = replace(table, head=tuple(map(_of_heads, table.head)))
    rows = (*table.head, *table.body)
    if any(cell.scope for row in rows for cell in row.cells) or not rows:
        return guess_row_heads(table)
    first, *others = rows
    if not any(cell.children for cell in first.cells):
        return table
    reaches = any(cell.rows > 1 for cell in first.cells)
    if not others or reaches:
        return with_head_columns(table, 1)
    return with_head_rows(table, 1)


def _of_heads(row: model.TableRow) -> model.TableRow:
    """A row of a table's head, all cells of which are headers."""
    return replace(row, cells=tuple(replace(c, scope=c.scope or "col") for c in row.cells))


def aligned(table: model.Table) -> model.Table:
    """The table with columns aligned like most of their cells, if no cell spans columns; otherwise,
    with headers aligned like the rest."""
    rows = (*table.head, *table.body)
    widths = {len(row.cells) for row in rows}
    if len(widths) == 1 and all(c.columns == 1 and c.rows == 1 for r in rows for c in r.cells):
        below = table.body or table.head
        alignments = [
            Counter(row.cells[column].align for row in below).most_common(1)[0][0]
            for column in range(widths.pop())
        ]
    else:
        alignments = []

    def settled(row: model.TableRow, *, head: bool) -> model.TableRow:
        cells = tuple(
            replace(c, align=alignments[n] if alignments else "" if head else c.align)
            for n, c in enumerate(row.cells)
        )
        return replace(row, cells=cells)

    return replace(
        table,
        head=tuple(settled(row, head=True) for row in table.head),
        body=tuple(settled(row, head=False) for row in table.body),
    )
