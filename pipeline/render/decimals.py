"""Numbers aligned at their decimal marks: the missing width on the right of each.

It becomes space next to the number, and not spaces in the text, which would be searched, copied and
read aloud, and differ in width between fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline.model import LineBreak, NoteReference, Paragraph, Plain, Table, TableCell
from pipeline.model.late import late
from pipeline.model.table_cells import place
from pipeline.model.tree import plain_text, walk
from pipeline.render.text_width import text_width

FIGURE = 0.5
"""Ems that a figure is wide, in most fonts."""

MARK = 0.5
RAISED = 0.75
"""A decimal mark, and a figure of a note's number, in widths of a figure."""

ARABIC_MARK = "\N{ARABIC DECIMAL SEPARATOR}"
_NUMBER = late(r"[.,٫]?\d(?:[\d.,'’٫٬ \u00a0\u202f\u2009]*\d)?")


def tails(table: Table, mark: str) -> Mapping[int, Mapping[int, float]]:
    """The padding that the body's cells need, in widths of a figure, by row and column from 0.
    ``mark`` is the decimal mark of the language."""
    columns: dict[int, dict[int, tuple[str, float]]] = {}
    for number, row in enumerate(place(table.body)):
        for column, cell in row:
            if cell.align == "decimal" and (text := _text(cell)):
                columns.setdefault(column, {})[number] = (text, _raised(cell))
    padding: dict[int, dict[int, float]] = {}
    for at, texts in columns.items():
        used = _mark([text for text, _ in texts.values()], mark)
        widths = {row: _tail(text, used) + raised for row, (text, raised) in texts.items()}
        widest = max(widths.values())
        for index, width in widths.items():
            padding.setdefault(index, {})[at] = round(widest - width, 2)
    return padding


def _text(cell: TableCell) -> str:
    """The text of a cell that has one line of it, or ""."""
    only = cell.children[0] if len(cell.children) == 1 else None
    if not isinstance(only, Plain | Paragraph):
        return ""
    if any(isinstance(node, LineBreak) for node in walk(only.children)):
        return ""
    return plain_text(only.children).strip()


def _raised(cell: TableCell) -> float:
    """The width of the numbers of notes."""
    notes = (node for node in walk(cell.children) if isinstance(node, NoteReference))
    return RAISED * sum(len(str(node.number)) for node in notes)


def _mark(texts: Iterable[str], mark: str) -> str:
    """The decimal mark of some numbers: the last one if one has two kinds, or the language's,
    unless the numbers contain another that cannot group thousands."""
    numbers = [_number(text) for text in texts]
    if any(ARABIC_MARK in number for number in numbers):
        return ARABIC_MARK
    for number in numbers:
        if "." in number and "," in number:
            return max(".,", key=number.rfind)
    other_mark = "," if mark == "." else "."
    if any(mark in number for number in numbers):
        return mark
    fraction = re.compile(rf"\d{re.escape(other_mark)}(?!\d{{3}}(?!\d))\d")
    return other_mark if any(map(fraction.search, numbers)) else mark


def _number(text: str) -> str:
    match = _NUMBER.search(text)
    return match[0] if match else ""


def _tail(text: str, mark: str) -> float:
    """The width after the integer part of a number, or 0 for other text."""
    match = _NUMBER.search(text)
    if match is None:
        return 0.0
    at = match[0].rfind(mark)
    rest = text[match.start() + at :] if at >= 0 else text[match.end() :]
    figures = sum(map(str.isdigit, rest))
    others = "".join(char for char in rest if not char.isdigit())
    if at < 0:
        return figures + text_width(others) / FIGURE
    return figures + MARK + text_width(others[1:]) / FIGURE
