"""Whether a page has room for text."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pipeline.editions import EDITIONS
from pipeline.metadata import Metadata
from pipeline.paper import Sheet
from pipeline.sheet.proportions import sheet_for

LEAST = 40
"""Millimetres that lines of text are long at least, and that a page's text is high."""


def lack_of(editions: Iterable[str], metadata: Metadata) -> tuple[str, str] | None:
    """What the page of one of these editions has too little of, as a handout or as a book; and
    what to do about it."""
    sheets = (
        sheet_for(EDITIONS[name], metadata, is_book=is_book)
        for name in editions
        for is_book in (False, True)
    )
    return next(filter(None, map(_lack, sheets)), None)


def _lack(sheet: Sheet) -> tuple[str, str] | None:
    height = sheet.size.height - sheet.top - sheet.bottom
    what, length, way = "the text", height, "high"
    if sheet.line < LEAST:
        what = "lines of text" if sheet.columns == 1 else "the columns of text"
        length, way = sheet.line, "long" if sheet.columns == 1 else "wide"
    if length >= LEAST:
        return None
    hint = "Make the margins smaller, or the page larger."
    if sheet.columns > 1:
        hint = "Have one column, smaller margins, or a larger page."
    if length <= 0:
        return f"there is no room left for {what}.", hint
    return f"{what} would be {math.floor(length)} mm {way}; {LEAST} mm are the least.", hint
