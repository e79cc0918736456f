"""Lines between the rows and columns of a formula's table, numbers of its rows, and other details
that latex2mathml loses: marks in its TeX, which it treats as text, and which later become classes
of the adjacent cells, or a column."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from pipeline.model.late import late

SOLID, DASHED = "|", ":"
_ROW, _COLUMNS, _DISPLAY = "\ue004", "\ue005", "\ue006"
NUMBER_MARK = "\ue007"
DISPLAY = f"\\text{{{_DISPLAY}}}"
"""The mark of a table whose cells are set like displayed formulas."""

NUMBER = f"\\qquad\\text{{{NUMBER_MARK}}}"
"""The mark before the number of a row."""

_BETWEEN = late(rf"\s*|\\text\{{{_ROW}.*")
_SOME = late(r"\s*(\d{1,3})\s*-\s*(\d{1,3})\s*")


def row_line(kind: str, columns: str = "") -> str:
    """The mark of a line above a row, across all columns or some (`2-3`)."""
    return f"\\text{{{_ROW}{kind}{columns if _SOME.fullmatch(columns) else ''}}}"


def column_lines(columns: str) -> str:
    """The mark for the lines in a column specification (`l|cc`), "" if it has none."""
    alignments = "".join(char for char in columns if char in "lcr" + SOLID + DASHED)
    return "" if alignments.isalpha() else f"\\text{{{_COLUMNS}{alignments}}}"


def is_between(token: str) -> bool:
    """Return whether a token of TeX is empty, or a line above a row."""
    return _BETWEEN.fullmatch(token) is not None


def read_marks(table: Element) -> None:
    """Remove the marks from a table, align the numbers of rows in a column of their own, and add
    classes to the cells next to lines: to the left of or above them, or, at the table's left and
    upper edges, to the right or below."""
    _align_numbers(table)
    columns, above = "", []
    for row in table:
        marks = [text for cell in row[:1] for text in _take_marks(cell)]
        above.append([text[1:] for text in marks if text[0] == _ROW])
        columns += "".join(text[1:] for text in marks if text[0] == _COLUMNS)
        if _DISPLAY in marks:
            table.set("displaystyle", "true")
    if not columns and not any(above):
        return
    width = max(len(row) for row in table)
    if above[-1] and len(table) > 1 and len(table[-1]) == 1 and not len(table[-1][0]):
        table.remove(table[-1])
    for row in table:
        for _ in range(width - len(row)):
            SubElement(row, "mtd")
    between = re.split("[lcr]", columns)[: width + 1]
    for row in table:
        for number, kinds in enumerate(between):
            _add(row[max(0, number - 1)], kinds, "right" if number else "left")
    for number, lines in enumerate(above):
        row, side = table[max(0, number - 1)], "bottom" if number else "top"
        for column, cell in enumerate(row, start=1):
            kinds = "".join(line[0] for line in lines if _crosses(line[1:], column))
            _add(cell, kinds, side)


def _align_numbers(table: Element) -> None:
    """Move everything after the marks of numbers into a last column."""
    numbers = [[inner for cell in row for inner in _number(cell)] for row in table]
    if not any(numbers):
        return
    width = max(len(row) for row in table)
    for row, number in zip(table, numbers, strict=True):
        for _ in range(width - len(row)):
            SubElement(row, "mtd")
        SubElement(row, "mtd", {"columnalign": "right"}).extend(number)


def _number(cell: Element) -> list[Element]:
    """The number of a row with the space before it, removed from its cell."""
    texts = [inner.text if inner.tag == "mtext" else None for inner in cell]
    if NUMBER_MARK not in texts:
        return []
    mark = texts.index(NUMBER_MARK)
    end = next((at for at in range(mark, len(texts)) if texts[at] is None), len(texts))
    number = [*cell[mark - 1 : mark], *cell[mark + 1 : end]]
    del cell[mark - 1 : end]
    return number


def _take_marks(cell: Element) -> list[str]:
    """The marks of a cell, taken out of it."""
    marks = [inner for inner in cell if (inner.text or " ")[0] in (_ROW, _COLUMNS, _DISPLAY)]
    for inner in marks:
        cell.remove(inner)
    return [inner.text or "" for inner in marks]


def _crosses(columns: str, column: int) -> bool:
    match = _SOME.fullmatch(columns)
    return match is None or int(match[1]) <= column <= int(match[2])


def _add(cell: Element, kinds: str, side: str) -> None:
    if kinds:
        kind = "double" if len(kinds) > 1 else "dashed" if kinds == DASHED else "solid"
        cell.set("class", f"{cell.get('class', '')} {kind}-{side}".strip())
