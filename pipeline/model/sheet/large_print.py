"""The page of large print, following the guidelines of the UK Association for Accessible Formats
(G003, Creating clear print and large print documents) and of the American Council of the Blind
(Large Print Guidelines). Nothing is smaller than 18 points, and line spacing is 1.5."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model.paper import LARGE_PRINT, POINT, PrintOptions, Sheet

LARGE_LEADING, LEAST_LARGE_LEADING = 1.5, 1.25
"""The line height, and the minimum that can be set, relative to the text size."""

HEADING, TITLE = 4 / 3, 16 / 9
"""Headings and the title, in sizes of the text: 24 and 32 points."""

ABOVE_FOOT = 0.75
"""Lines between the text and the foot of the page, as in the style sheet."""

BELOW_FOOT = 5
"""Millimetres between the foot and the edge of the paper, at least."""


LEAST_SIDE = 18.5
"""Millimetres beside the text, at least: room for the numbers of the standard edition's pages."""

WRITING_LINE = 15
"""Millimetres from one ruled line to the next, at least."""


def enlarged(options: PrintOptions) -> PrintOptions:
    """The options with letters and lines that are large enough, in one column."""
    text = max(LARGE_PRINT, options.page.text or 0)
    requested = options.page.leading or 0
    leading = requested if requested >= LEAST_LARGE_LEADING * text else LARGE_LEADING * text
    return replace(options, page=replace(options.page, text=text, leading=leading, columns=1))


def legible(sheet: Sheet) -> Sheet:
    """The sheet with nothing on it smaller than the text or next to it, and with a foot and with
    numbers beside the text that are on the paper."""
    inner, outer = max(LEAST_SIDE, sheet.inner), max(LEAST_SIDE, sheet.outer)
    foot = (1 + ABOVE_FOOT) * sheet.leading * POINT + BELOW_FOOT
    return replace(
        sheet,
        inner=inner,
        outer=outer,
        bottom=max(sheet.bottom, foot),
        measure=sheet.size.width - inner - outer,
        column=0,
        note=sheet.text,
        note_leading=sheet.leading,
        label=sheet.text,
        label_leading=sheet.leading,
        code=sheet.text,
        heading=HEADING * sheet.text,
        title=TITLE * sheet.text,
        writing=max(WRITING_LINE, sheet.writing),
    )
