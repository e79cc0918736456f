"""Where the text of a page of ours belongs, between its margins."""

from __future__ import annotations

from pipeline.paper import MILLIMETRE, Fitted, Sheet
from pipeline.preflight import no_area
from pipeline.preflight.faults import TextArea
from pipeline.preflight.layout import Box, PageLayout


def text_area(sheet: Sheet | None, fitted: Fitted | None, *, rtl: bool = False) -> TextArea:
    """The text areas of an edition that has been set on ``sheet``, with the margins that were
    chosen if its text was to be ``fitted``. A book's headings hang into its inner margins."""
    if sheet is None:
        return no_area
    top, outer, bottom, inner = (
        fitted.margins if fitted else (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    )
    size = sheet.size
    hanging = sheet.column if sheet.is_book else 0

    def area(page: PageLayout) -> Box | None:
        if abs(page.width - size.width * MILLIMETRE) > 1:
            return None  # a sheet on its side
        bound_left = (page.number % 2 == 1) is not rtl or not sheet.mirrored
        left, right = (inner, outer) if bound_left else (outer, inner)
        left, right = (left, right - hanging) if rtl else (left - hanging, right)
        return Box(
            left * MILLIMETRE,
            bottom * MILLIMETRE,
            page.width - right * MILLIMETRE,
            page.height - top * MILLIMETRE,
        )

    return area
