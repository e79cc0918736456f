"""Tables in a PDF without a structure tree: lines with gaps, whose parts are aligned."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.pdf.pdf_lines import PdfLine, write_lines
from pipeline.model.late import late

GAP = 1.0
"""The minimum distance between columns, relative to the size of the letters."""

_MARK = late(r"\W{1,2}|\(?\w{1,4}[.)]")
"""The bullet or number of an item, which is not a cell."""


class PdfTable(NamedTuple):
    """The lines of the cells of each row, by the number of their column."""

    rows: list[dict[int, list[PdfLine]]]

    @property
    def lines(self) -> list[PdfLine]:
        return [line for row in self.rows for cell in row.values() for line in cell]

    def write(self, body: Element, known: frozenset[str]) -> None:
        """Put the table into a page."""
        table = etree.SubElement(body, "table")
        columns = 1 + max(column for row in self.rows for column in row)
        for number, row in enumerate(self.rows):
            is_head = not number and all(line.bold for cell in row.values() for line in cell)
            line = etree.SubElement(table, "tr")
            for column in range(columns):
                cell = etree.SubElement(line, "th" if is_head else "td")
                write_lines(row.get(column, ()), cell, known, marked=not is_head)


def with_tables(lines: Sequence[PdfLine]) -> list[PdfLine | PdfTable]:
    """The lines of a page, with those that form tables together."""
    parts = [part for line in lines for part in cells_of(line)]
    result: list[PdfLine | PdfTable] = []
    at = 0
    while at < len(parts):
        rows = _rows(parts, at)
        if rows:
            table = PdfTable(rows)
            result.append(table)
            at += len(table.lines)
        else:
            result.append(parts[at])
            at += 1
    return _joined(result)


def _joined(parts: Sequence[PdfLine | PdfTable]) -> list[PdfLine | PdfTable]:
    """The parts; those of a line outside tables are joined again."""
    joined: list[PdfLine | PdfTable] = []
    for part in parts:
        before = joined[-1] if joined else None
        if (
            isinstance(part, PdfLine)
            and isinstance(before, PdfLine)
            and part.page == before.page
            and abs(part.baseline - before.baseline) < 0.5 * max(part.size, before.size)
            and part.left >= before.left
        ):
            joined[-1] = before._replace(runs=(*before.runs, *part.runs))
        else:
            joined.append(part)
    return joined


def cells_of(line: PdfLine) -> list[PdfLine]:
    """A line, divided at its gaps, but not after its mark."""
    cuts = [0]
    for at, (left, right) in enumerate(itertools.pairwise(line.runs), 1):
        gap = right.box.left - left.box.right
        if gap > GAP * line.size and not _MARK.fullmatch(left.text.strip()):
            cuts.append(at)
    ends = [*cuts[1:], len(line.runs)]
    return [line._replace(runs=line.runs[a:b]) for a, b in zip(cuts, ends, strict=True)]


def _rows(parts: Sequence[PdfLine], start: int) -> list[dict[int, list[PdfLine]]]:
    """The rows of the table that begins at a part, if one does: two at least, most with several
    cells."""
    rows: list[list[PdfLine]] = []
    for at in range(start, len(parts)):
        part = parts[at]
        row = rows[-1] if rows else None
        top = row[0].baseline if row else 0
        lowest = min(p.baseline for p in row) if row else 0
        if row and abs(part.baseline - top) < 0.5 * part.size and part.left > row[-1].right:
            row.append(part)  # the next cell
        elif row and part.baseline < top and _below(part, row):
            row.append(part)  # the next line of a cell
        elif row and (
            (_is_alone(row) and sum(not _is_alone(above) for above in rows) < 2)
            or not 0 < lowest - part.baseline < 5 * part.size
        ):
            break
        else:
            rows.append([part])
    while rows and _is_alone(rows[-1]):
        rows.pop()
    if len(rows) < 2 or sum(map(_is_alone, rows)) > 0.4 * len(rows):
        return []
    edges = _columns(rows)
    if len(edges) < 2:
        return []
    filled = []
    for row in rows:
        cells: dict[int, list[PdfLine]] = {}
        for part in row:
            column = max((n for n, e in enumerate(edges) if e[0] <= part.right), default=0)
            cells.setdefault(column, []).append(part)
        filled.append(cells)
    return filled


def _below(part: PdfLine, row: Sequence[PdfLine]) -> bool:
    """Return whether a part is a further line of the cell above it in an unfinished row: it follows
    directly, and another cell is beside the upper part, or follows it."""
    last = row[-1]
    is_close = 0 < last.baseline - part.baseline < 1.5 * part.size
    is_same = part.left < last.right and part.right > last.left and part.bold == last.bold
    return is_close and is_same and (len(row) > 1 and part.left > row[0].right)


def _is_alone(row: Sequence[PdfLine]) -> bool:
    return max(part.left for part in row) <= min(part.right for part in row)


def _columns(rows: Sequence[Sequence[PdfLine]]) -> list[tuple[float, float]]:
    """The edges of the columns: cells below each other belong to the same one."""
    spans = sorted((part.left, part.right) for row in rows for part in row)
    edges: list[tuple[float, float]] = []
    for left, right in spans:
        if edges and left < edges[-1][1]:
            edges[-1] = (edges[-1][0], max(right, edges[-1][1]))
        else:
            edges.append((left, right))
    return edges
