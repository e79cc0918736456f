"""The page of a text, and stretches of it with another: in columns, or on a turned sheet."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from pipeline.features.word.xml import Element, element, twips
from pipeline.model import Document
from pipeline.model.editions import Edition
from pipeline.model.paper import PageSize
from pipeline.model.sheet.proportions import options_for, paper_for

MARGIN = 25
"""Millimetres around the text, unless the front matter says otherwise."""

FURNITURE = 12.5
"""Millimetres from the edge of the paper to the head and the foot of a page."""

GAP = 400
"""Twentieths of a point between columns."""


class PageShape(NamedTuple):
    """A page: its paper and margins, in millimetres."""

    size: PageSize
    top: float
    right: float
    bottom: float
    left: float
    gutter: float
    is_rtl: bool

    @property
    def width(self) -> int:
        """The length of lines, in twentieths of a point."""
        return twips(self.size.width - self.left - self.right - self.gutter)

    @property
    def turned(self) -> PageShape:
        size = replace(self.size, width=self.size.height, height=self.size.width)
        return self._replace(size=size)


def page_of(document: Document, edition: Edition) -> PageShape:
    """The page that the front matter asks for, or one with the usual margins."""
    options = options_for(edition, document.metadata).page
    given = options.margins
    top, right, bottom, left = (
        MARGIN if edge is None else edge
        for edge in (given.top, given.outer, given.bottom, given.inner)
    )
    size, is_rtl = paper_for(edition, document.metadata), document.metadata.direction == "rtl"
    return PageShape(size, top, right, bottom, left, options.gutter or 0, is_rtl)


def properties(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """The properties of a section, in columns of some ``widths``; its ``kind`` is that of its
    beginning, by default on a new page."""
    columns = None
    if len(widths) > 1:
        gaps = (*(GAP for _ in widths[1:]), 0)
        parts = (element("col", w=w, space=gap) for w, gap in zip(widths, gaps, strict=True))
        columns = element("cols", *parts, num=len(widths), space=GAP, equalWidth=0)
    return element(
        "sectPr",
        element("headerReference", type="default", r__id="header.xml"),
        element("footerReference", type="default", r__id="footer.xml"),
        element("type", val=kind) if kind else None,
        element(
            "pgSz",
            w=twips(page.size.width),
            h=twips(page.size.height),
            orient="landscape" if page.size.width > page.size.height else None,
        ),
        element(
            "pgMar",
            top=twips(page.top),
            right=twips(page.right),
            bottom=twips(page.bottom),
            left=twips(page.left),
            header=twips(min(FURNITURE, page.top)),
            footer=twips(min(FURNITURE, page.bottom)),
            gutter=twips(page.gutter),
        ),
        columns,
        element("bidi") if page.is_rtl else None,
    )


def end(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """A low paragraph with which a section ends."""
    low = element("spacing", before=0, after=0, line=20, lineRule="exact")
    return element("p", element("pPr", low, properties(page, widths, kind)))
