"""The pages of an e-book that are made: cover, title page, imprint, contents."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import ContentsEntry, Document, PageMark
from pipeline.model.rendered import CoverPage, Landmark, Page, PageListEntry, PageRole
from pipeline.render.constructs import Trait
from pipeline.render.imprint import book_facts, logo, names, unchanged_cover
from pipeline.render.node_markup import NodeRenderer
from pipeline.render.timings import total

COVER, TITLE_PAGE, IMPRINT, NAV = "cover.xhtml", "title.xhtml", "imprint.xhtml", "nav.xhtml"

LIST_KINDS = {"figures": "loi", "tables": "lot"}
"""The names of lists in EPUB's Structural Semantics."""


FRONT_PAGES = {"title": TITLE_PAGE, "imprint": IMPRINT, "contents": NAV}
"""The pages of an e-book that correspond to the front matter of the printed book."""


class CaptionNav(NamedTuple):
    """A list of figures or the like; ``kind`` is empty for one without a name in EPUB."""

    kind: str
    id: str
    title: str
    entries: tuple[ContentsEntry, ...]


def caption_navs(document: Document, renderer: NodeRenderer) -> tuple[CaptionNav, ...]:
    """The lists of captions after the contents."""
    return tuple(
        CaptionNav(
            LIST_KINDS.get(caption_list.kind, ""),
            caption_list.kind,
            renderer.word(f"list_of_{caption_list.kind}"),
            caption_list.entries,
        )
        for caption_list in document.lists
    )


def cover_page(document: Document, renderer: NodeRenderer, design: CoverPage | None) -> Page:
    """The page that shows the cover, which may be an image that is made of a ``design``."""
    title, cover, image = renderer.word("cover"), document.metadata.cover, unchanged_cover(document)
    source = design.file if design else renderer.asset_address(image) if image else ""
    alt = (cover and cover.alt) or renderer.word("cover_alt", title=document.metadata.title)
    return _page(
        document, renderer, COVER, title, "cover", "cover", cover_source=source, cover_alt=alt
    )


def title_page(document: Document, renderer: NodeRenderer) -> Page:
    return _page(
        document,
        renderer,
        TITLE_PAGE,
        document.metadata.title,
        "title",
        "titlepage",
        logo=logo(document),
        names=lambda people: names(people, document.metadata.lang),
        timing_total=total(document),
    )


def imprint_page(document: Document, renderer: NodeRenderer, css: str) -> Page:
    title = renderer.word("imprint")
    facts = tuple(book_facts(document, css))
    return _page(document, renderer, IMPRINT, title, "imprint", "page", facts=facts)


def nav_page(
    document: Document,
    renderer: NodeRenderer,
    start: str,
    lists: tuple[CaptionNav, ...],
    landmarks: tuple[Landmark, ...],
    breaks: tuple[PageListEntry, ...],
) -> Page:
    """The contents; ``start`` is the page that they link to if there are no sections."""
    return _page(
        document,
        renderer,
        NAV,
        renderer.word("contents"),
        "nav",
        "nav",
        start=start,
        lists=lists,
        landmarks=landmarks,
        page_list=breaks,
    )


def _page(
    document: Document,
    renderer: NodeRenderer,
    name: str,
    title: str,
    template: str,
    role: PageRole,
    **context: object,
) -> Page:
    renderer.page = name
    marks = [
        PageMark(label=mark.label)
        for mark in document.front_marks
        if FRONT_PAGES[mark.part] == name
    ]
    markup = renderer.whole_page(template, document=document, title=title, marks=marks, **context)
    nav = ("nav",) if role == "nav" else ()
    return Page(name, title, str(markup), role, (*nav, *properties(renderer)))


def properties(renderer: NodeRenderer) -> tuple[str, ...]:
    """The manifest properties of the page just rendered."""
    return ("mathml",) if Trait.MATHML in renderer.signs[renderer.page] else ()
