"""Tables from other programs in the form that a careful person would write: with headers, aligned
columns, and tick boxes in the notation for cells."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from pipeline import model
from pipeline.authoring.writer.tables import is_boxes
from pipeline.model import Node
from pipeline.model.rewriting import rewrite
from pipeline.parser.table_options import guess_row_heads, with_head_columns, with_head_rows


def headed(table: model.Table) -> model.Table:
    """The table; of one without heads, the first row is its head, or the first cell of its only
    row."""
    table = replace(table, head=tuple(map(_of_heads, table.head)))
    rows = (*table.head, *table.body)
    if any(cell.scope for row in rows for cell in row.cells) or not rows:
        return guess_row_heads(table)
    first, *others = rows
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
        found = [
            Counter(row.cells[column].align for row in below).most_common(1)[0][0]
            for column in range(widths.pop())
        ]
    else:
        found = []

    def settled(row: model.TableRow, *, head: bool) -> model.TableRow:
        cells = tuple(
            replace(c, align=found[n] if found else "" if head else c.align)
            for n, c in enumerate(row.cells)
        )
        return replace(row, cells=cells)

    return replace(
        table,
        head=tuple(settled(row, head=True) for row in table.head),
        body=tuple(settled(row, head=False) for row in table.body),
    )


def with_boxes(table: model.Table) -> model.Table:
    """The table; in one with a line for each row, the texts of boxes to tick are no paragraphs."""
    cells = [cell for row in (*table.head, *table.body) for cell in row.cells]
    is_plain = all(len(c.children) < 2 and c.columns == c.rows == 1 for c in cells)
    inner = [node for cell in cells for node in cell.children]
    if not is_plain or not all(
        isinstance(n, model.Plain) or is_boxes(n, model.Paragraph) for n in inner
    ):
        return table

    def leave(node: model.ListItem) -> Node:
        texts = (n for n in node.children if isinstance(n, model.Paragraph))
        return replace(node, children=tuple(model.Plain(children=n.children) for n in texts))

    return replace(
        table,
        head=rewrite(table.head, leave={model.ListItem: leave}),
        body=rewrite(table.body, leave={model.ListItem: leave}),
    )
