"""Tables: widths that suit their content, heads that are repeated, cells that span others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline import model
from pipeline.features.word.controls import BLANKS
from pipeline.features.word.draft import Spot, WordFile
from pipeline.features.word.inlines import index_fields, inlines
from pipeline.features.word.paragraphs import bare_line, label, low_paragraph, paragraph
from pipeline.features.word.styles import RULE
from pipeline.features.word.xml import Element, element, tag
from pipeline.model.table_cells import PlacedCell, column_count
from pipeline.model.table_cells import place as placed
from pipeline.model.tree import BLANK, plain_text, walk

LETTER = 118
"""Twentieths of a point that a letter takes, with some room."""

MARGIN = 200
"""Twentieths of a point at both sides of a cell's text."""

MOST_LETTERS = 60
"""The letters of a cell from which on it makes its column no wider."""

LONGEST_WORD = 24
WIDE = frozenset("MWmw@%ÆŒ—…")
"""Letters that take two thirds more than others."""


def table(draft: WordFile, node: model.Table, place: Spot) -> list[Element]:
    """A table with its caption above."""
    count = column_count(node)
    caption = _caption(draft, node, place)
    if not count:
        return caption
    widths = _widths(node, count, place.width)
    head, body = list(placed(node.head)), list(placed(node.body))
    rows = [
        _row(draft, cells, widths, place, is_head=part is head)
        for part in (head, body)
        for cells in _with_spans(part, count)
    ]
    has_row_heads = any(p.cell.scope == "row" for cells in body for p in cells)
    look = element(
        "tblLook", val="04A0", firstRow=int(bool(node.head)), lastRow=0,
        firstColumn=int(has_row_heads), lastColumn=0, noHBand=1, noVBand=1,
    )  # fmt: skip
    title = plain_text(node.caption).strip()
    properties = element(
        "tblPr",
        element("tblStyle", val="ChapbookTable"),
        element("bidiVisual") if draft.is_rtl or place.look.is_rtl else None,
        element("tblW", w=sum(widths), type="dxa"),
        element("tblInd", w=place.left, type="dxa") if place.left else None,
        _frames() if place.is_framed or "score" in node.attributes.classes else None,
        element("tblLayout", type="fixed"),
        look,
        element("tblCaption", val=title[:255]) if title else None,
    )
    columns = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    written = element("tbl", properties, columns, *rows)
    return [*caption, written, low_paragraph(draft, place)]


def _caption(draft: WordFile, node: model.Table, place: Spot) -> list[Element]:
    anchor = [*index_fields(draft, node), *draft.anchored(node, [])]
    if not node.caption:
        return bare_line(draft, anchor, place)
    content = label(draft, node, "Table", node.number) if node.number else []
    content += inlines(draft, node.caption, place, place.look)
    return [paragraph(draft, [*anchor, *content], place, "Table Caption")]


class GridCell(NamedTuple):
    """A cell in the grid of a table, or the rest of one of a row above (``is_rest``)."""

    placed: PlacedCell
    is_rest: bool = False


def _with_spans(rows: Sequence[Sequence[PlacedCell]], count: int) -> Iterator[list[GridCell]]:
    """The cells of each row, with the rest of those that span several rows, and empty ones."""
    going: dict[int, tuple[int, PlacedCell]] = {}  # by column, the number of rows that are left
    for cells in rows:
        starts = {cell.column: cell for cell in cells}
        row: list[GridCell] = []
        column = 0
        while column < count:
            left, cell = going.pop(column, (0, PlacedCell(column, model.TableCell(children=()))))
            if column in starts:
                cell = starts[column]
                row.append(GridCell(cell))
                left = cell.cell.rows
            else:
                row.append(GridCell(cell, is_rest=left > 0))
            if left > 1:
                going[column] = (left - 1, cell)
            column = cell.end
        yield row


def _row(
    draft: WordFile, cells: Iterable[GridCell], widths: Sequence[int], place: Spot, *, is_head: bool
) -> Element:
    written = []
    for cell, is_rest in cells:
        node = cell.cell
        width = sum(widths[cell.column : cell.end])
        if is_rest:
            empty = element("p", element("pPr", element("pStyle", val="TableText")))
            written.append(_cell(width, node.columns, [empty], merge=element("vMerge")))
            continue
        style = "Table Heading" if is_head else "Table Text"
        align = {"decimal": "right"}.get(node.align, node.align)
        inner = Spot(
            width - MARGIN,
            style=style,
            look=place.look,
            align=align,
            is_note=place.is_note,
            span=node.span or place.span,
        )
        content = draft.blocks(node.children, inner)
        if not content or content[-1].tag != tag("p"):
            content.append(paragraph(draft, [], inner))
        content[-1].extend(draft.anchored(node, []))
        merge = element("vMerge", val="restart") if node.rows > 1 else None
        written.append(_cell(width, node.columns, content, merge=merge))
    properties = element("trPr", element("cantSplit"), element("tblHeader") if is_head else None)
    return element("tr", properties, *written)


def _cell(
    width: int, columns: int, content: list[Element], *, merge: Element | None = None
) -> Element:
    properties = element(
        "tcPr",
        element("tcW", w=width, type="dxa"),
        element("gridSpan", val=columns) if columns > 1 else None,
        merge,
    )
    return element("tc", properties, *content)


def grid(
    rows: Sequence[Sequence[list[Element]]],
    widths: Sequence[int],
    indent: int,
    *,
    is_ruled: bool = False,
    height: int = 0,
) -> Element:
    """A table for layout, without a head; with lines, and rows of an exact height, for writing."""
    properties = element(
        "tblPr",
        element("tblW", w=sum(widths), type="dxa"),
        element("tblInd", w=indent, type="dxa") if indent else None,
        _frames() if is_ruled else None,
        element("tblLayout", type="fixed"),
    )
    exact = element("trHeight", val=height, hRule="exact") if height else None
    lines: list[Element] = []
    for row in rows:
        full = [*row, *[[]] * (len(widths) - len(row))]
        cells = (_cell(w, 1, _ended(content)) for w, content in zip(widths, full, strict=True))
        lines.append(element("tr", element("trPr", element("cantSplit"), exact), *cells))
    columns = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    return element("tbl", properties, columns, *lines)


def _frames() -> Element:
    """Lines around all cells."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    edges = (element(side, val="single", sz=4, space=0, color=RULE) for side in sides)
    return element("tblBorders", *edges)


def _ended(content: list[Element]) -> list[Element]:
    """The content of a cell, which ends with a paragraph."""
    return content if content and content[-1].tag == tag("p") else [*content, element("p")]


def _widths(node: model.Table, count: int, room: int) -> list[int]:
    """The widths of columns: those that are set, or as their content needs them."""
    if node.widths and len(node.widths) == count:
        total = sum(node.widths)
        return [round(room * width / max(100.0, total)) for width in node.widths]
    wanted, least = [1] * count, [1] * count
    for rows in (node.head, node.body):
        for cells in placed(rows):
            for cell in cells:
                if cell.cell.columns == 1:
                    text = _text(cell.cell)
                    words = [_length(word) for word in text.split()] or [1]
                    letters = min(MOST_LETTERS, _length(text))
                    wanted[cell.column] = max(wanted[cell.column], letters)
                    least[cell.column] = max(least[cell.column], min(LONGEST_WORD, max(words)))
    natural = [letters * LETTER + MARGIN for letters in wanted]
    smallest = [letters * LETTER + MARGIN for letters in least]
    if sum(natural) <= room:
        return natural
    if sum(smallest) >= room:
        return [width * room // sum(smallest) for width in smallest]
    spare = (room - sum(smallest)) / (sum(natural) - sum(smallest))
    return [low + int((high - low) * spare) for low, high in zip(smallest, natural, strict=True)]


def _length(text: str) -> int:
    """The length of a text in usual letters."""
    return len(text) + math.ceil(sum(letter in WIDE for letter in text) * 2 / 3)


def _text(cell: model.TableCell) -> str:
    """The longest piece of text in a cell, with its gaps as long as they are."""
    gaps = [node for node in walk(cell.children) if isinstance(node, model.Blank)]
    if gaps:
        lengths = ["_" * BLANKS[gap.size - 1] for gap in gaps if not gap.answer]
        return " ".join((plain_text(cell.children).replace(BLANK, ""), *lengths))
    pieces = [
        plain_text(node.children)
        for node in walk(cell.children)
        if isinstance(node, model.Paragraph | model.Plain)
    ]
    return max(pieces, key=len, default="")
