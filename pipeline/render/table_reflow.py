"""Tables that do not fit into the lines of large print: they become lists."""

from __future__ import annotations

from pipeline.model import Table
from pipeline.model.paper import POINT, Sheet
from pipeline.model.table_cells import column_count, place
from pipeline.render.table_fit import Setting, fit
from pipeline.render.text_width import line_count

WIDER = 1.09
"""The width of text in Atkinson Hyperlegible, relative to the face that widths are measured for."""

GAP, SMALL_GAP = 1.1, 0.6
"""Between columns, in ems."""

SIDE_BY_SIDE, MOST_LINES = 2, 6
"""More columns than these do not have cells of more lines."""


def line(sheet: Sheet) -> float:
    """The length of a line, in ems of the text."""
    return sheet.measure / POINT / sheet.text


def settings(sheet: Sheet) -> tuple[Setting, Setting]:
    """The lines of tables: with the usual gaps between columns, and with narrow ones."""
    width = line(sheet) / WIDER
    return Setting(width, GAP), Setting(width, SMALL_GAP)


def reflows(table: Table, lines: tuple[Setting, Setting]) -> bool:
    """Return whether the table does not fit: words would be divided, or rows take many lines."""
    count = column_count(table)
    if count < 2:
        return False
    fitted = fit(table, *lines)
    if not fitted.fits or count <= SIDE_BY_SIDE:
        return not fitted.fits
    room = lines[fitted.is_small].line
    widths = [room * width / 100 for width in fitted.widths] or [room / count] * count
    return any(
        line_count(at.cell.children, sum(widths[at.column : at.end])) / at.cell.rows > MOST_LINES
        for row in place(table.body)
        for at in row
    )
