"""Tables of raw HTML."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from pipeline.model import Alignment, Inline, Node, Paragraph, Table, TableCell, TableRow
from pipeline.model.table_cells import MOST, regular, within_rows
from pipeline.parser.attributes import make
from pipeline.parser.markup.flow import FlowPart, as_blocks, as_inlines, is_blank, trim
from pipeline.parser.markup.safe_tags import Frame

_ALIGNMENTS: dict[str, Alignment] = {"left": "left", "center": "center", "right": "right"}
_NO_SCOPE = ("scope", "")
"""Marks a header cell that does not say which cells it is for."""


def cell(frame: Frame) -> Iterable[Node]:
    attributes = frame.attributes
    scope = frame.values.get("scope", "").lower()
    heads_row = scope.startswith("row")
    if frame.tag == "th" and not heads_row and not scope.startswith("col"):
        attributes = make(attributes.id, attributes.classes, (*attributes.pairs, _NO_SCOPE))
    table_cell = TableCell(
        children=as_blocks(frame.items),
        align=_ALIGNMENTS.get(frame.values.get("align", "").lower(), ""),
        scope="" if frame.tag == "td" else "row" if heads_row else "col",
        columns=max(1, _count(frame, "colspan")),
        rows=_count(frame, "rowspan"),
        span=frame.span,
        attributes=attributes,
    )
    return (table_cell,)


def _count(frame: Frame, name: str) -> int:
    text = frame.values.get(name, "").strip()
    if not text.isascii() or not text.isdecimal():
        return 1
    return min(MOST, int(text)) if len(text) < 6 else MOST


def row(frame: Frame) -> Iterable[Node]:
    cells = (  # other content between cells becomes one
        item if isinstance(item, TableCell) else TableCell(children=as_blocks((item,)))
        for item in frame.items
        if not is_blank(item)
    )
    return (TableRow(cells=tuple(cells), span=frame.span, attributes=frame.attributes),)


def part(frame: Frame) -> Iterable[Node]:
    if frame.tag == "caption":
        return (FlowPart(name="caption", children=trim(as_inlines(frame.items))),)
    if frame.tag == "colgroup":
        return ()
    return (FlowPart(name=frame.tag, children=tuple(frame.items)),)


def table(frame: Frame) -> Iterable[Node]:
    """The table; content outside rows precedes it, as in browsers."""
    head: list[TableRow] = []
    rows: list[TableRow] = []
    foot: list[TableRow] = []
    caption: tuple[Inline, ...] = ()
    outside: list[Node] = []
    targets = {"thead": head, "tbody": rows, "tfoot": foot}
    items = (item for item in frame.items if not is_blank(item))
    for are_parts, run in itertools.groupby(items, lambda item: isinstance(item, FlowPart)):
        if not are_parts:
            rows += _rows(run, outside)
            continue
        for part in run:
            assert isinstance(part, FlowPart)
            if part.name in targets:
                targets[part.name] += _rows(part.children, outside)
            elif part.name == "caption" and not caption:
                caption = as_inlines(part.children)
            else:
                outside.append(part)
    rows += foot
    if not head:
        count = _head_length(rows)
        head, rows = rows[:count], rows[count:]
    before = as_blocks(outside, Paragraph)
    if not head and not rows:
        return before
    upper, lower = regular([_scoped(r, "col") for r in head], [_scoped(r, "row") for r in rows])
    node = Table(
        head=upper, body=lower, caption=caption, span=frame.span, attributes=frame.attributes
    )
    return (*before, node)


def _rows(items: Iterable[Node], outside: list[Node]) -> Iterable[TableRow]:
    """The rows among ``items``; cells outside rows make one. All else goes to ``outside``."""
    parts: list[TableRow | TableCell] = []
    for item in items:
        if isinstance(item, TableRow | TableCell):
            parts.append(item)
        else:
            outside.append(item)
    rows: list[TableRow] = []
    for are_cells, run in itertools.groupby(parts, lambda part: isinstance(part, TableCell)):
        together: Any = tuple(run)
        rows += (TableRow(cells=together),) if are_cells else together
    return within_rows(rows)


def _head_length(rows: list[TableRow]) -> int:
    """The number of rows at the top that contain only column headers, and no cell that reaches
    below them; as few as possible if all rows are like that."""
    ends = [0]
    end = 0
    for number, row in enumerate(rows):
        # heads of columns, and corners without text
        if {cell.scope for cell in row.cells if cell.scope or cell.children} != {"col"}:
            return ends[-1]
        end = max(end, *(number + cell.rows for cell in row.cells))
        if end == number + 1:
            ends.append(end)
    return ends[1] if len(ends) > 1 else 0


def _scoped(row: TableRow, scope: str) -> TableRow:
    """The row, in which header cells without a scope apply to their column, or (``scope``) to their
    row if that has anything else in it."""
    by_row = scope == "row" and any(not c.scope and c.children for c in row.cells)
    return replace(row, cells=tuple(_cell_scoped(cell, by_row) for cell in row.cells))


def _cell_scoped(cell: TableCell, by_row: bool) -> TableCell:
    if _NO_SCOPE not in cell.attributes.pairs:
        return cell
    attributes = cell.attributes.without({_NO_SCOPE[0]})
    return replace(cell, scope="row" if by_row else "col", attributes=attributes)
