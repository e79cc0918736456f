"""The page of a text, and stretches of it with another: in columns, or on a turned sheet."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree
from msgspec.structs import replace

from pipeline.features.word.xml import TWIPS, Element, element, tag, twips
from pipeline.model import Document
from pipeline.model.editions import Edition
from pipeline.model.paper import PageSize
from pipeline.model.sheet import options_for, paper_for

MARGIN = 25
"""Millimetres around the text, unless the front matter says otherwise."""

FURNITURE = 12.5
"""Millimetres from the edge of the paper to the head and the foot of a page."""

A4 = {"w": 210.0, "h": 297.0}

GAP = 400
"""Twentieths of a point between columns."""


class PageReference(NamedTuple):
    """A head or a foot of some pages: ``kind`` is header or footer, ``pages``
    which it is for (default, first or even)."""

    kind: str
    pages: str
    name: str


OWN = (
    PageReference("header", "default", "header.xml"),
    PageReference("footer", "default", "footer.xml"),
)


class PageShape(NamedTuple):
    """A page: its paper, margins, and the distances of its head and foot from the edge, in
    millimetres."""

    size: PageSize
    top: float
    right: float
    bottom: float
    left: float
    gutter: float
    is_rtl: bool
    head: float = FURNITURE
    foot: float = FURNITURE
    references: tuple[PageReference, ...] = OWN
    has_first: bool = False

    @property
    def width(self) -> int:
        """The length of lines, in twentieths of a point."""
        return twips(self.size.width - self.left - self.right - self.gutter)

    @property
    def turned(self) -> PageShape:
        size = replace(self.size, width=self.size.height, height=self.size.width)
        return self._replace(size=size)


def page_of(document: Document, edition: Edition) -> PageShape:
    """The page of the template, or the one that the front matter asks for, or one with the usual
    margins."""
    is_rtl = document.metadata.direction == "rtl"
    if (word := document.metadata.word) and word.section:
        return _page_of_template(etree.fromstring(word.section), is_rtl=is_rtl)
    options = options_for(edition, document.metadata).page
    given = options.margins
    top, right, bottom, left = (
        MARGIN if edge is None else edge
        for edge in (given.top, given.outer, given.bottom, given.inner)
    )
    size = paper_for(edition, document.metadata)
    return PageShape(size, top, right, bottom, left, options.gutter or 0, is_rtl)


def _page_of_template(section: Element, *, is_rtl: bool) -> PageShape:
    """The page of a template. Of heads and feet of usual pages that it does not have, ours stand
    there."""
    paper, margins = section.find(tag("pgSz")), section.find(tag("pgMar"))
    width, height = (_millimetres(paper, side) or A4[side] for side in ("w", "h"))
    top, right, bottom, left = (
        abs(MARGIN if (edge := _millimetres(margins, side)) is None else edge)
        for side in ("top", "right", "bottom", "left")
    )
    references = [
        PageReference(
            etree.QName(part).localname.removesuffix("Reference"),
            part.get(tag("type"), "default"),
            part.get(tag("r:id")),
        )
        for part in section.iterfind(f"*[@{tag('r:id')}]")
    ]
    given = {(each.kind, each.pages) for each in references}
    references += [each for each in OWN if (each.kind, each.pages) not in given]
    return PageShape(
        PageSize("", width, height), top, right, bottom, left,
        _millimetres(margins, "gutter") or 0, is_rtl,
        _millimetres(margins, "header") or FURNITURE,
        _millimetres(margins, "footer") or FURNITURE,
        tuple(sorted(references, key=lambda each: each.kind, reverse=True)),
        section.find(tag("titlePg")) is not None,
    )  # fmt: skip


def _millimetres(node: Element | None, name: str) -> float | None:
    length = None if node is None else node.get(tag(name))
    return None if length is None else int(length) / TWIPS


def properties(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """The properties of a section, in columns of some ``widths``; its ``kind`` is that of its
    beginning, by default on a new page."""
    columns = None
    if len(widths) > 1:
        gaps = (*(GAP for _ in widths[1:]), 0)
        parts = (element("col", w=w, space=gap) for w, gap in zip(widths, gaps, strict=True))
        columns = element("cols", *parts, num=len(widths), space=GAP, equalWidth=0)
    size, head, foot = page.size, min(page.head, page.top), min(page.foot, page.bottom)
    edges = zip(
        ("top", "right", "bottom", "left", "header", "footer", "gutter"),
        map(twips, (page.top, page.right, page.bottom, page.left, head, foot, page.gutter)),
        strict=True,
    )
    orient = "landscape" if size.width > size.height else None
    return element(
        "sectPr",
        *(element(f"{r.kind}Reference", type=r.pages, r__id=r.name) for r in page.references),
        element("type", val=kind) if kind else None,
        element("pgSz", w=twips(size.width), h=twips(size.height), orient=orient),
        element("pgMar", **dict(edges)),
        columns,
        element("bidi") if page.is_rtl else None,
    )


def begin_with_first(text: Element) -> None:
    """Let the first section begin with the page that has a head and foot of its own."""
    first = next(text.iter(tag("sectPr")))
    later = first.find(tag("bidi"))
    first.insert(len(first) if later is None else first.index(later), element("titlePg"))


def end(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """A low paragraph with which a section ends."""
    low = element("spacing", before=0, after=0, line=20, lineRule="exact")
    return element("p", element("pPr", low, properties(page, widths, kind)))
