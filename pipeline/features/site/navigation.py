"""The table of contents beside the text of a site's pages."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from pipeline.features.site.naming import SitePage, entries_by_target
from pipeline.model import ContentsEntry, Document
from pipeline.model.tree import plain_text
from pipeline.render.node_markup import NodeRenderer

NEAR = 150
"""The number of pages listed before and after the current one, so that the size of a site is linear
in its text; the start page lists all."""


class NavItem(NamedTuple):
    """A line of the contents. ``current`` marks the current page."""

    href: str
    number: str
    title: Markup
    current: bool = False
    children: tuple[NavItem, ...] = ()


class SiteContents:
    """The pages of a site, as each of them lists them: the chapters of a part below it, and of
    the page that is read its own sections."""

    def __init__(self, document: Document, pages: tuple[SitePage, ...]) -> None:
        self._pages = tuple(page for page in pages if page.depth)
        self._places = {page.name: at for at, page in enumerate(self._pages)}
        self._entries = entries_by_target(document.contents)

    def shown_on(self, page: SitePage, renderer: NodeRenderer) -> tuple[NavItem, ...]:
        """The contents as shown on ``page``, the current one of ``renderer``."""
        at = self._places[page.name]
        near = self._pages[max(0, at - NEAR) : at + NEAR + 1]
        return self._below(near, page, renderer)

    def _below(
        self, pages: tuple[SitePage, ...], current: SitePage, renderer: NodeRenderer
    ) -> tuple[NavItem, ...]:
        """The items of some pages; a deeper one is nested in the one before."""
        items: list[NavItem] = []
        at = 0
        while at < len(pages):
            end = at + 1
            while end < len(pages) and pages[end].depth > pages[at].depth:
                end += 1
            below = self._below(pages[at + 1 : end], current, renderer)
            items.append(self._item(pages[at], below, current, renderer))
            at = end
        return tuple(items)

    def _item(
        self, page: SitePage, below: tuple[NavItem, ...], current: SitePage, renderer: NodeRenderer
    ) -> NavItem:
        entry = self._entries.get(page.target)
        is_current = page is current
        if entry is None:  # it is deeper than the contents go
            section = page.chapter.section
            title = Markup.escape(plain_text(section.title) if section else page.title)
            number = section.number if section else ""
            return NavItem(page.name, number, title, is_current, below)
        if is_current and not below:
            below = tuple(_section(child, renderer) for child in entry.children)
        return NavItem(page.name, entry.number, renderer.render(entry.title), is_current, below)


def _section(entry: ContentsEntry, renderer: NodeRenderer) -> NavItem:
    """A section of the page that is read."""
    below = tuple(_section(child, renderer) for child in entry.children)
    href = renderer.href(f"#{entry.target}")
    return NavItem(href, entry.number, renderer.render(entry.title), children=below)
