"""What stands before the text of an e-book: cover, title page, imprint, contents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model import ContentsEntry, Document
from pipeline.pages import Page, PageBreak, PageRole
from pipeline.render.brand import logo
from pipeline.render.cover import COVER_FILE
from pipeline.render.cover.images import cover_image, is_drawing
from pipeline.render.epub.divisions import division
from pipeline.render.epub.imprint import facts, names
from pipeline.render.nodes import NodeRenderer
from pipeline.render.plan import Chapter

COVER, TITLE_PAGE, IMPRINT, NAV = "cover.xhtml", "title.xhtml", "imprint.xhtml", "nav.xhtml"

LIST_KINDS = {"figures": "loi", "tables": "lot"}
"""What the lists that EPUB knows are in its Structural Semantics."""


class CaptionNav(NamedTuple):
    """A list of figures or the like; ``kind`` is empty for one that EPUB has no name for."""

    kind: str
    id: str
    title: str
    entries: tuple[ContentsEntry, ...]


class Landmark(NamedTuple):
    kind: str
    href: str
    title: str


def front_pages(
    document: Document,
    renderer: NodeRenderer,
    plan: tuple[Chapter, ...],
    start: str,
    css: str,
    breaks: tuple[PageBreak, ...],
) -> Iterator[Page]:
    """What stands before the text."""
    metadata, word = document.metadata, renderer.word
    source, alt = _cover(document, renderer)
    lists = tuple(
        CaptionNav(LIST_KINDS.get(e.kind, ""), e.kind, word(f"list_of_{e.kind}"), e.entries)
        for e in document.lists
    )
    first = next((c.name for c in plan if division(c) == "bodymatter"), start)
    landmarks = (
        Landmark("cover", COVER, word("cover")),
        Landmark("titlepage", TITLE_PAGE, word("title_page")),
        Landmark("copyright-page", IMPRINT, word("imprint")),
        Landmark("toc", NAV, word("contents")),
        *(Landmark(nav.kind, f"{NAV}#{nav.id}", nav.title) for nav in lists if nav.kind),
        Landmark("bodymatter", first, word("start")),
    )
    pages: tuple[tuple[str, str, str, PageRole], ...] = (
        (COVER, word("cover"), "cover", "cover"),
        (TITLE_PAGE, metadata.title, "title", "titlepage"),
        (IMPRINT, word("imprint"), "imprint", "page"),
        (NAV, word("contents"), "nav", "nav"),
    )
    for name, title, template, role in pages:
        renderer.page = name
        markup = renderer.template(
            template,
            document=document,
            title=title,
            start=start,
            landmarks=landmarks,
            lists=lists,
            page_list=breaks,
            cover_source=source,
            cover_alt=alt,
            logo=logo(document),
            facts=tuple(facts(document, renderer, css)),
            names=lambda people: names(people, renderer),
        )
        nav = ("nav",) if role == "nav" else ()
        yield Page(name, title, str(markup), role, (*nav, *properties(markup)))


def properties(markup: str) -> tuple[str, ...]:
    """What the manifest has to say of a page's markup."""
    return ("mathml",) if "<math " in markup else ()


def _cover(document: Document, renderer: NodeRenderer) -> tuple[str, str]:
    """The cover image's address and its text alternative."""
    cover = document.metadata.cover
    alt = cover.alt if cover else ""
    image = cover_image(document)
    return (
        f"images/{image.name}" if image and not is_drawing(image) else COVER_FILE,
        alt or renderer.word("cover_alt", title=document.metadata.title),
    )
