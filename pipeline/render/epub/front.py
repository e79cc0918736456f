"""The pages of an e-book that are made: cover, title page, imprint, contents."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import ContentsEntry, Document
from pipeline.pages import Landmark, Page, PageRole
from pipeline.render.brand import logo
from pipeline.render.epub.imprint import facts, names
from pipeline.render.nodes import NodeRenderer

COVER, TITLE_PAGE, IMPRINT, NAV = "cover.xhtml", "title.xhtml", "imprint.xhtml", "nav.xhtml"

MADE_COVER = "cover.jpg"
"""The image that the packager draws where the front matter names none; outside the
folder of the document's images, so that their names cannot clash."""

LIST_KINDS = {"figures": "loi", "tables": "lot"}
"""What the lists that EPUB knows are in its Structural Semantics."""


class CaptionNav(NamedTuple):
    """A list of figures or the like; ``kind`` is empty for one that EPUB has no name for."""

    kind: str
    id: str
    title: str
    entries: tuple[ContentsEntry, ...]


def caption_navs(document: Document, renderer: NodeRenderer) -> tuple[CaptionNav, ...]:
    """The lists of captions that stand after the contents."""
    return tuple(
        CaptionNav(
            LIST_KINDS.get(found.kind, ""),
            found.kind,
            renderer.word(f"list_of_{found.kind}"),
            found.entries,
        )
        for found in document.lists
    )


def cover_page(document: Document, renderer: NodeRenderer) -> Page:
    source, alt = _cover(document, renderer)
    title = renderer.word("cover")
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
        names=lambda people: names(people, renderer),
    )


def imprint_page(document: Document, renderer: NodeRenderer, css: str) -> Page:
    title = renderer.word("imprint")
    found = tuple(facts(document, renderer, css))
    return _page(document, renderer, IMPRINT, title, "imprint", "page", facts=found)


def nav_page(
    document: Document,
    renderer: NodeRenderer,
    start: str,
    lists: tuple[CaptionNav, ...],
    landmarks: tuple[Landmark, ...],
) -> Page:
    """The contents; ``start`` is the page that they lead to where there are no sections."""
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
    markup = renderer.template(template, document=document, title=title, **context)
    nav = ("nav",) if role == "nav" else ()
    return Page(name, title, str(markup), role, (*nav, *properties(markup)))


def properties(markup: str) -> tuple[str, ...]:
    """What the manifest has to say of a page's markup."""
    return ("mathml",) if "<math " in markup else ()


def _cover(document: Document, renderer: NodeRenderer) -> tuple[str, str]:
    """The cover image's address and its text alternative."""
    cover, title = document.metadata.cover, document.metadata.title
    asset = next((a for a in document.assets if cover and a.path == cover.source), None)
    if cover is None or asset is None:
        return MADE_COVER, renderer.word("cover_alt", title=title)
    return f"images/{asset.name}", cover.alt or renderer.word("cover_alt", title=title)
