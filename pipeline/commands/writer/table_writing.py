"""Tables: with bars where each cell is a text, as a list of lists where cells hold blocks, and as
HTML where cells take several columns or rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.writer.lists import item_of
from pipeline.commands.writer.text import (
    Writer,
    attribute_list,
    element,
    fenced,
    indented,
    leaf,
    tag,
)
from pipeline.model.table_cells import column_count, place
from pipeline.model.tree import walk
from pipeline.parser.blocks.tables import MAX_COLUMNS
from pipeline.parser.table_options import guess_row_heads, with_attributes, without_empty_heads

_LETTERS = {"left": "l", "center": "c", "right": "r", "decimal": "."}
_RULES = {"left": ":{}-", "center": ":{}:", "right": "-{}:", "": "-{}-", "decimal": "-{}-"}


def table(node: model.Table, out: Writer) -> str:
    """A table in the simplest notation that can express it."""
    is_simple = _is_simple_table(node, out)
    has_lines = is_simple and any(
        isinstance(n, model.SoftBreak) for n in walk((*node.head, *node.body))
    )
    options = _needed(node) if is_simple and not has_lines else None
    if options:
        return _with_caption(node, _rows(node, out), options, out)
    listed = _needed(node, listed=True) if _is_list(node) else None
    if listed:
        rows = "\n".join(_list_row(row, out) for row in (*node.head, *node.body))
        return _around(node, rows, listed, out)
    options = _needed(node) if has_lines else None
    if options:  # line ends within cells become spaces, as they are in HTML
        return _with_caption(node, _rows(node, out), options, out)
    return _as_markup(node, out)


def _needed(node: model.Table, *, listed: bool = False) -> model.Attributes | None:
    """The options needed for a table written with bars, or as a list, if that form is enough."""
    bare = _bare(node)
    return next(
        (options for options in _options(node) if _read(node, options, listed=listed) == bare), None
    )


def _bare(node: model.Table) -> model.Table:
    return replace(
        node,
        head=tuple(map(_without_places, node.head)),
        body=tuple(map(_without_places, node.body)),
        span=None,
        caption=(),
    )


def _without_places(row: model.TableRow) -> model.TableRow:
    cells = tuple(replace(cell, span=None) for cell in row.cells)
    return replace(row, cells=cells, span=None)


def _is_simple_table(node: model.Table, out: Writer) -> bool:
    """Return whether each cell is a text that fits between bars."""
    rows = (*node.head, *node.body)
    cells = [cell for row in rows for cell in row.cells]
    widths = {len(row.cells) for row in rows}
    return (
        len(widths) == 1
        and max(widths) <= MAX_COLUMNS
        and bool(node.body or node.head)
        and len(cells) < 50_000
        and all(map(_is_simple, cells))
        and all(row.attributes == model.NO_ATTRIBUTES for row in rows)
        and not any("\\\\|" in leaf_of(cell, out) for cell in cells)
    )


def _is_simple(cell: model.TableCell) -> bool:
    if cell.columns > 1 or cell.rows > 1 or cell.attributes != model.NO_ATTRIBUTES:
        return False
    if not cell.children:
        return True
    only = cell.children[0]
    return len(cell.children) == 1 and (
        (isinstance(only, model.Plain) and only.attributes == model.NO_ATTRIBUTES)
        or _is_boxes(only)
    )


def _is_boxes(block: model.Block) -> bool:
    """Return whether a block is a list of boxes to tick, each with one text or none."""
    return isinstance(block, model.List) and all(
        item.checked is not None
        and len(item.children) < 2
        and all(isinstance(child, model.Plain) for child in item.children)
        for item in block.items
    )


def leaf_of(cell: model.TableCell, out: Writer) -> str:
    """The text of a cell between bars."""
    if not cell.children:
        return ""
    only = cell.children[0]
    if isinstance(only, model.List):
        return " ".join(
            f"[{'x' if i.checked else ' '}] {_item(i, out)}".strip(" ") for i in only.items
        )
    assert isinstance(only, model.Plain)
    written = out.line(only.children)
    return written.replace("|", "\\|").replace("\\\\|", "\\\\\\|") if "|" in written else written


def _item(item: model.ListItem, out: Writer) -> str:
    only = item.children[0] if item.children else None
    return out.line(only.children) if isinstance(only, model.Plain) else ""


def _read(node: model.Table, options: model.Attributes, *, listed: bool = False) -> model.Table:
    """The table that bars, or a list of lists, and options are read as."""
    first, *others = (*node.head, *node.body)
    if not node.head and not listed:
        first = model.TableRow(
            cells=tuple(model.TableCell(children=()) for _ in node.body[0].cells)
        )
        others = list(node.body)
    columns: list[model.Alignment] = [""] * len(first.cells) if listed else _columns(node)
    rows = []
    for number, row in enumerate((first, *others)):
        cells = (
            model.TableCell(
                children=cell.children,
                align=align,
                scope="" if number or (listed and not cell.children) else "col",
            )
            for cell, align in zip(row.cells, columns, strict=True)
        )
        rows.append(model.TableRow(cells=tuple(cells)))
    table = model.Table(head=(rows[0],), body=tuple(rows[1:]))
    table = guess_row_heads(table if listed else without_empty_heads(table))
    read = with_attributes(table, options, None, lambda *problem: None)
    return replace(read, span=None)


def _columns(node: model.Table) -> list[model.Alignment]:
    """The alignment of each column that a row of dashes can say."""
    rows = (*node.head, *node.body)
    columns: list[model.Alignment] = []
    for column in range(len(rows[0].cells)):
        aligns = {row.cells[column].align for row in rows}
        align = aligns.pop() if len(aligns) == 1 else ""
        columns.append("" if align == "decimal" else align)
    return columns


def _options(node: model.Table) -> Iterator[model.Attributes]:
    """The possible options of a table, the simplest first."""
    attributes = node.attributes
    letters = " ".join(_LETTERS.get(align, "l") for align in _of_columns(node))
    options = (("widths", " ".join(f"{width:g}" for width in node.widths)),) if node.widths else ()
    for more in (options, (*options, ("align", letters))):
        for counts in _counts(node):
            yield model.Attributes(
                attributes.id, attributes.classes, (*attributes.pairs, *counts.items(), *more)
            )


def _counts(node: model.Table) -> Iterator[dict[str, str]]:
    heads = sum(cell.scope == "row" for cell in node.body[0].cells) if node.body else 0
    rows = {"head-rows": str(len(node.head))}
    yield from ({}, {"head-columns": str(heads)}, rows, {**rows, "head-columns": str(heads)})
    yield from ({"head-columns": "0"}, {**rows, "head-columns": "0"})


def _rows(node: model.Table, out: Writer) -> str:
    """The rows, each column as wide as its widest cell."""
    head = node.head[0] if node.head else None
    first = [leaf_of(cell, out) for cell in head.cells] if head else [""] * len(node.body[0].cells)
    others = (*node.head[1:], *node.body)
    texts = [first, *([leaf_of(cell, out) for cell in row.cells] for row in others)]
    columns = _columns(node)
    decimal = [
        all(row.cells[n].align == "decimal" for row in (*node.head, *node.body))
        for n in range(len(columns))
    ]
    widths = [max(3, *(map(_width, column))) for column in zip(*texts, strict=True)]
    if sum(widths) > LONGEST:
        widths = [3] * len(widths)
    lines = []
    for number, row in enumerate(texts):
        cells = (
            _padded(text, width, "right" if is_decimal else align)
            for text, width, align, is_decimal in zip(row, widths, columns, decimal, strict=True)
        )
        lines.append(f"| {' | '.join(cells)} |")
        if not number:
            rules = (
                _RULES[align].format("-" * width)
                for width, align in zip(widths, columns, strict=True)
            )
            lines.append(f"|{'|'.join(rules)}|")
    return "\n".join(lines)


LONGEST = 200
"""The length of a row up to which its cells are padded to align columns."""


def _padded(text: str, width: int, align: str) -> str:
    room = max(0, width - _width(text))
    before = room if align == "right" else room // 2 if align == "center" else 0
    return f"{' ' * before}{text}{' ' * (room - before)}"


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _with_caption(node: model.Table, rows: str, options: model.Attributes, out: Writer) -> str:
    listed = attribute_list(options)
    if node.caption:
        caption = leaf(node.caption, out.notes, start=False)
        return f"{rows}\n\nTable: {caption}{' ' if listed else ''}{listed}"
    return f"{rows}\n{listed}" if listed else rows


# --- a list of lists --------------------------------------------------------------------


def _is_list(node: model.Table) -> bool:
    rows = (*node.head, *node.body)
    return len({len(row.cells) for row in rows}) == 1 and all(
        row.attributes == model.NO_ATTRIBUTES and _is_row(row) for row in rows
    )


def _is_row(row: model.TableRow) -> bool:
    kinds = {_kind(cell) for cell in row.cells}
    return "" not in kinds and not {"text", "paragraphs"} <= kinds


def _kind(cell: model.TableCell) -> str:
    """The kind of content of a cell that an item can hold: nothing, one block, text next to blocks,
    or paragraphs; "" for anything else."""
    if cell.columns > 1 or cell.rows > 1 or cell.attributes != model.NO_ATTRIBUTES:
        return ""
    kinds = {type(child) for child in cell.children}
    if len(cell.children) < 2:
        return "" if model.Paragraph in kinds or _has_boxes(cell.children) else "one"
    if model.Plain in kinds:
        texts = [isinstance(child, model.Plain) for child in cell.children]
        return (
            "" if model.Paragraph in kinds or any(a and b for a, b in pairwise(texts)) else "text"
        )
    return "paragraphs"


def _has_boxes(children: tuple[model.Block, ...]) -> bool:
    """Return whether there are tick boxes, in the notation for table cells."""
    return any(
        isinstance(child, model.List)
        and any(isinstance(n, model.Plain) for i in child.items for n in i.children)
        for child in children
    )


def _list_row(row: model.TableRow, out: Writer) -> str:
    tight = all(_kind(cell) != "paragraphs" for cell in row.cells)
    cells = []
    for cell in row.cells:
        blocks = tuple(
            model.Paragraph(children=block.children) if isinstance(block, model.Plain) else block
            for block in cell.children
        )
        cells.append(item_of("- ", model.ListItem(children=blocks), out, tight=tight))
    return f"- {indented((chr(10) if tight else chr(10) * 2).join(cells), 2)}"


def _around(node: model.Table, inner: str, options: model.Attributes, out: Writer) -> str:
    listed = attribute_list(options)
    return fenced("table", out.line(node.caption), listed, inner, key="caption")


# --- HTML -------------------------------------------------------------------------------


def _as_markup(node: model.Table, out: Writer) -> str:
    aligns = {cell.align for row in (*node.head, *node.body) for cell in row.cells}
    if node.caption or node.widths or "decimal" in aligns or node.attributes.pairs:
        bare = replace(node, caption=(), widths=(), attributes=model.NO_ATTRIBUTES)
        options = next(iter(_options(node)))
        if "decimal" in aligns:
            *_, options = _options(node)
            counted = ("head-rows", "head-columns")
            pairs = tuple(pair for pair in options.pairs if pair[0] not in counted)
            options = model.Attributes(options.id, options.classes, pairs)
        return _around(node, _markup(bare, out), options, out)
    return _markup(node, out)


def _of_columns(node: model.Table) -> list[str]:
    """The alignment of the cells that take one column each, column by column."""
    aligns = [""] * column_count(node)
    for rows in (node.head, node.body):
        for row in place(rows):
            for at in row:
                if at.cell.columns == 1 and at.cell.align:
                    aligns[at.column] = at.cell.align
    return aligns


def _markup(node: model.Table, out: Writer) -> str:
    lines = [tag("table", node.attributes)]
    for name, rows in (("thead", node.head), ("tbody", node.body)):
        if not rows:
            continue
        lines.append(f"<{name}>")
        for row in rows:
            lines.append(tag("tr", row.attributes))
            lines += (_cell(cell, out) for cell in row.cells)
            lines.append("</tr>")
        lines.append(f"</{name}>")
    lines.append("</table>")
    return "\n".join(lines)


def _cell(cell: model.TableCell, out: Writer) -> str:
    more = f' scope="{cell.scope}"' if cell.scope else ""
    more += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    more += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    more += f' align="{cell.align}"' if cell.align not in ("", "decimal") else ""
    name = "th" if cell.scope else "td"
    return element(tag(name, cell.attributes, more), cell.children, out.block)
