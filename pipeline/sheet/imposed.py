"""The pages of editions that put several on each side of a sheet of paper: how large they are,
and what the front matter's settings mean for them."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.editions import Imposition
from pipeline.paper import SIZES, PageOptions, PageSize

FOLD = 3
"""Millimetres that the fold of a booklet takes from the inner margins."""

SMALL_TEXT = 9
"""Points that text on a quarter of a sheet has at least."""

TOLERANCE = 1
"""Millimetres by which half a sheet may be off a size that has a name: those of ISO 216 are
rounded down."""

FOLDS: dict[Imposition, int] = {"none": 0, "booklet": 1, "2-up": 1, "4-up": 2}
"""How often the sheet is halved."""


def page_on(paper: PageSize, imposition: Imposition) -> PageSize:
    """The page that so many of make up a side of the paper: half of it is A5 for A4, a quarter
    A6."""
    for _ in range(FOLDS[imposition]):
        paper = _half(paper)
    return paper


def for_small_pages(
    common: PageOptions, own: PageOptions, imposition: Imposition, text: float
) -> PageOptions:
    """What is asked of the small pages: what is ``common`` to all editions was said of whole
    sheets, so that its margins, gutter and columns do not hold for them. ``text`` is the usual
    size of text in points."""
    page = replace(common, margins=own.margins, gutter=own.gutter, columns=own.columns)
    if imposition == "booklet" and page.gutter is None:
        page = replace(page, gutter=FOLD)
    if imposition == "4-up" and own.text is None:
        smaller = max(SMALL_TEXT, (common.text or text) * SMALL_TEXT / text)
        page = replace(page, text=smaller, leading=own.leading)
    return page


def _half(paper: PageSize) -> PageSize:
    short, long = sorted((paper.width, paper.height))
    half = long / 2
    width, height = sorted((half, short))
    for size in SIZES.values():
        if 0 <= width - size.width < TOLERANCE and 0 <= height - size.height < TOLERANCE:
            return size
    return PageSize(f"{width:g} × {height:g} mm", width, height)
