"""The positions of table cells, some of which span several columns or rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model import Table, TableCell, TableRow

MOST_SPANNED = 64
"""Columns or rows that a cell takes at most."""

FEW_CELLS = 8
"""Cells that are added to a row one by one. More are one cell, so that a table of one long row
and many short ones costs no more than its text."""


class PlacedCell(NamedTuple):
    """A cell and the column, from 0, that it begins in."""

    column: int
    cell: TableCell

    @property
    def end(self) -> int:
        return self.column + self.cell.columns


def place(rows: Iterable[TableRow]) -> Iterator[tuple[PlacedCell, ...]]:
    """The places of the cells of each row; ``rows`` are a table's head, or its body. No cell takes
    more columns than the cells above it leave free."""
    occupied: dict[int, tuple[int, int]] = {}  # by column: the last row, and the last column
    for number, row in enumerate(rows):
        column = 0
        cells: list[PlacedCell] = []
        for cell in row.cells:
            while (above := occupied.get(column)) and above[0] > number:
                column = above[1]
            free = 1
            while free < cell.columns and occupied.get(column + free, (0, 0))[0] <= number:
                free += 1
            cells.append(PlacedCell(column, _limit_columns(cell, free)))
            if cell.rows > 1:
                until = (number + cell.rows, column + free)
                occupied |= dict.fromkeys(range(column, column + free), until)
            column += free
        yield tuple(cells)


def column_count(table: Table) -> int:
    """The number of columns of a table."""
    groups = (table.head, table.body)
    return max((p.end for rows in groups for row in place(rows) for p in row), default=0)


def limit_row_spans(rows: Sequence[TableRow]) -> list[TableRow]:
    """The rows with cells that span no more rows than there are; 0 means up to the last."""
    kept = [0]
    for row in rows:
        kept.append(kept[-1] + bool(row.cells))
    fitting = []
    for number, row in enumerate(rows):
        cells = []
        for cell in row.cells:
            end = min(number + cell.rows, len(rows)) if cell.rows else len(rows)
            count = min(MOST_SPANNED, kept[end] - kept[number])
            cells.append(cell if count == cell.rows else replace(cell, rows=count))
        if cells:
            fitting.append(replace(row, cells=tuple(cells)))
    return fitting


def regular(
    head: Sequence[TableRow], body: Sequence[TableRow]
) -> tuple[tuple[TableRow, ...], tuple[TableRow, ...]]:
    """Rows without overlaps, as wide as the table, and no column where no cell begins."""
    placed = [list(place(rows)) for rows in (head, body)]
    places = [p for rows in placed for row in rows for p in row]
    begins = {p.column for p in places}
    kept = [0]
    for column in range(max((p.end for p in places), default=0)):
        kept.append(kept[-1] + (column in begins))
    first, second = (
        [
            replace(
                row, cells=tuple(_limit_columns(p.cell, kept[p.end] - kept[p.column]) for p in at)
            )
            for row, at in zip(rows, cells, strict=True)
        ]
        for rows, cells in zip((head, body), placed, strict=True)
    )
    return tuple(_fill(first, kept[-1])), tuple(_fill(second, kept[-1]))


def _limit_columns(cell: TableCell, count: int) -> TableCell:
    return cell if cell.columns == count else replace(cell, columns=count)


def _fill(rows: list[TableRow], width: int) -> Iterator[TableRow]:
    """Rows with empty cells at their ends, up to ``width`` columns."""
    empty = TableCell(children=())
    in_line = all(cell.rows == 1 for row in rows for cell in row.cells)
    widths = [0] * len(rows)
    for number, row in enumerate(rows):
        for cell in row.cells:
            for below in range(number, number + cell.rows):
                widths[below] += cell.columns
    for row, count in zip(rows, widths, strict=True):
        missing = width - count
        more = (empty,) * missing if missing <= FEW_CELLS else (_limit_columns(empty, missing),)
        if missing > FEW_CELLS and not in_line:  # there may be cells of other rows between
            more = (empty,) * min(missing, MOST_SPANNED)
        yield replace(row, cells=(*row.cells, *more)) if more else row
