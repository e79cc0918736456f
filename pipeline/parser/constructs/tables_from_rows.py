"""Tables as ``::: table`` around a list of rows, and of data in fences ``csv`` and ``tsv``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.table_cells import column_count, regular
from pipeline.parser.attributes import joined, make
from pipeline.parser.captions import caption_of, is_caption
from pipeline.parser.constructs import data
from pipeline.parser.constructs.data import Cell
from pipeline.parser.constructs.parts import Parts, ReadInlines, Report
from pipeline.parser.table_options import guess_row_heads, with_head_columns

MAX_COLUMNS = 256
_SHAPE = "Write a list of rows, and in each item the list of its cells: `- - First cell`."


def table(parts: Parts) -> tuple[Block, ...]:
    """The table for a list of lists, or the existing table, with the caption after the keyword, in
    an attribute, or in a paragraph ``Table: …``. Other content follows it."""
    caption, attributes = _caption(parts)
    node: model.Table | None = None
    rest: list[Block] = []
    for block in parts.children:
        if node is None and isinstance(block, model.List):
            node = _of_list(block, parts.report)
        elif node is None and isinstance(block, model.Table):
            node = block
        elif isinstance(block, model.Paragraph) and is_caption(block) and not caption:
            caption, more = caption_of(block)
            attributes = joined(attributes, more)
        else:
            message = "Only the rows of the table may be here."
            parts.report(Code.BAD_TABLE, message, block.span or parts.span, _SHAPE)
            rest.append(block)
    if node is None:
        if not rest:
            parts.report(Code.BAD_TABLE, "The table has no rows.", parts.span, _SHAPE)
        return tuple(rest)
    attributes = joined(node.attributes, attributes)
    caption = caption or node.caption
    return (replace(node, caption=caption, span=parts.span, attributes=attributes), *rest)


def _caption(parts: Parts, *spent: str) -> tuple[tuple[Inline, ...], Attributes]:
    """The caption from an attribute or after the name, and all attributes but those ``spent``."""
    caption = parts.read(parts.attributes.get("caption") or parts.argument, parts.span)
    return caption, parts.attributes.without({"caption", *spent})


# --- lists of lists --------------------------------------------------------------------


def _of_list(rows: model.List, report: Report) -> model.Table:
    rows_read = [_row(item) for item in rows.items]
    width = max(len(row.cells) for row in rows_read)
    for item, row in zip(rows.items, rows_read, strict=True):
        if not _holds_cells(item):
            report(Code.BAD_TABLE, "The row is not a list of cells.", item.span, _SHAPE)
        elif len(row.cells) < width:
            _report_short(row.span, len(row.cells), width, report)
    return _table_of(rows_read)


def _holds_cells(item: model.ListItem) -> bool:
    return len(item.children) == 1 and isinstance(item.children[0], model.List)


def _row(item: model.ListItem) -> model.TableRow:
    """The row; an item that is not a list of cells is a single cell."""
    only = item.children[0] if _holds_cells(item) else None
    cells = only.items if isinstance(only, model.List) else (item,)
    tight = isinstance(only, model.List) and only.tight
    return model.TableRow(cells=tuple(_cell(cell, tight) for cell in cells), span=item.span)


def _cell(item: model.ListItem, tight: bool) -> model.TableCell:
    """The cell; a single or tight text is not a paragraph."""
    children = item.children
    if item.checked is not None:
        children = (model.List(ordered=False, items=(item,), span=item.span),)
    elif tight or len(children) == 1:
        children = tuple(map(without_margin, children))
    return model.TableCell(children=children, span=item.span)


def without_margin(block: Block) -> Block:
    """A paragraph as text of a cell."""
    if isinstance(block, model.Paragraph) and not block.attributes.classes:
        return model.Plain(children=block.children, span=block.span)
    return block


# --- data ------------------------------------------------------------------------------


def csv(parts: Parts) -> tuple[Block, ...]:
    """The table of a fence's lines, or of the file that it names."""
    if parts.name == "tsv" and not parts.attributes.get("delimiter"):
        tab = make(pairs=(("delimiter", "tab"),))
        parts = parts._replace(attributes=joined(parts.attributes, tab))
    rows = data.uneven_rows(parts)
    if rows is None:
        return data.as_written(parts)
    width = len(rows[0]) if rows else 0
    widest = max(map(len, rows), default=0)
    if not rows or widest > MAX_COLUMNS:
        if rows:
            message = f"The table has more than {MAX_COLUMNS} columns."
            hint = "The data is shown as written; divide it into several tables."
            parts.report(Code.BAD_TABLE, message, parts.span, hint)
        else:
            hint = "Each line between the fences, or of the file, is a row."
            parts.report(Code.BAD_TABLE, "The table has no data.", parts.span, hint)
        return data.as_written(parts)
    caption, attributes = _caption(parts, *data.KEYS)
    read_rows = []
    for row in rows:
        if len(row) < width:
            _report_short(row[0].span, len(row), width, parts.report)
        kept = data.trimmed(row, width, parts.report)
        cells = tuple(_of_data(cell, parts.read) for cell in kept)
        read_rows.append(model.TableRow(cells=cells, span=row[0].span))
    new_table = _table_of(read_rows)
    if column_count(new_table) > width:  # the first column replaces missing header cells
        new_table = with_head_columns(new_table, 1)
    return (replace(new_table, caption=caption, span=parts.span, attributes=attributes),)


def _of_data(cell: Cell, read: ReadInlines) -> model.TableCell:
    """The cell; its lines stay lines, and an empty one separates paragraphs."""
    lines = [
        read(line.strip(), replace(cell.span, line=cell.span.line + number))
        for number, line in enumerate(cell.text.split("\n"))
    ]
    groups = [list(run) for filled, run in itertools.groupby(lines, bool) if filled]
    kind = model.Plain if len(groups) < 2 else model.Paragraph
    children = tuple(kind(children=tuple(_with_breaks(run)), span=cell.span) for run in groups)
    return model.TableCell(children=children, span=cell.span)


def _with_breaks(lines: Iterable[tuple[Inline, ...]]) -> Iterable[Inline]:
    for number, line in enumerate(lines):
        if number:
            yield model.LineBreak()
        yield from line


# --- both ------------------------------------------------------------------------------


def _report_short(span: Span | None, count: int, width: int, report: Report) -> None:
    cells = "one cell" if count == 1 else f"{count} cells"
    message = f"The row has {cells}, and the table {width} columns."
    report(Code.SHORT_ROW, message, span, "For a gap, leave a cell empty.")


def _table_of(rows: list[model.TableRow]) -> model.Table:
    """A table with the first row as its header; an empty corner is no header cell."""
    first, *others = rows
    cells = tuple(replace(cell, scope="col") if cell.children else cell for cell in first.cells)
    head, body = regular((replace(first, cells=cells),), others)
    return guess_row_heads(model.Table(head=head, body=body))
