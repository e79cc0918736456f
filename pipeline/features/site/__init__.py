"""The web edition as a small site: a start page, one page for each chapter, search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jinja2
from msgspec.structs import replace

from pipeline.features.site import about_pages
from pipeline.features.site.feeds import feeds, head_links
from pipeline.features.site.naming import INDEX, NOT_FOUND, SEARCH, SitePage, site_pages
from pipeline.features.site.navigation import SiteContents
from pipeline.features.site.search import search_script, searched_text
from pipeline.model import Document
from pipeline.model.editions import Edition, output_name
from pipeline.model.rendered import NavPoint, Page, Pages, Style
from pipeline.model.words import words, written_date
from pipeline.render.constructs import Trait
from pipeline.render.contents_markup import nav_points, targets
from pipeline.render.covers import social_preview
from pipeline.render.discovery import WebFacts, described, downloads, full_title
from pipeline.render.environment import read_text
from pipeline.render.html import is_learnt_from, page_styles
from pipeline.render.imprint import logo, web_facts
from pipeline.render.node_markup import NodeRenderer
from pipeline.render.style_sheets import screen_faces, script
from pipeline.render.timings import minutes
from pipeline.system.store import Memo


class SiteRenderer(NodeRenderer):
    """Renders the pages of a site. Links to the beginning of a page lead to its top."""

    tops: Mapping[str, str] = {}

    def href(self, target: str) -> str:
        page = self.tops.get(target[1:]) if target.startswith("#") else None
        return page if page and page != self.page else super().href(target)


class _Assembly:
    """The pages of one document, on their way."""

    def __init__(
        self, document: Document, edition: Edition, stem: str, environment: jinja2.Environment,
        memo: Memo,
    ) -> None:  # fmt: skip
        self.document = document
        self.metadata = document.metadata
        self.stem = stem
        self.edition = edition
        self.file = output_name(stem, edition)
        self.folder = self.file.removesuffix(INDEX)
        self.pages = site_pages(document)
        self.contents = SiteContents(document, self.pages)
        offered = downloads(self.metadata, stem, edition)
        self.others = tuple(download._replace(href=f"../{download.href}") for download in offered)
        self.renderer = SiteRenderer(
            environment,
            "html",
            document,
            memo,
            pages={
                "title": INDEX,
                **{target: page.name for page in self.pages for target in page.chapter.ids},
            },
            in_contents=frozenset(targets(document.contents)),
        )
        self.renderer.tops = {page.target: page.name for page in self.pages if page.target}
        self.social, self.picture = social_preview(document, environment, stem)
        self.parts = dict(_parts(self.pages))

    def all_pages(self) -> Iterator[Page]:
        yield self._start()
        chapters = tuple(page for page in self.pages if page.depth)
        around = (None, *chapters, None)
        for position, page in enumerate(chapters, start=1):
            yield self._chapter(page, position, around[position - 1], around[position + 1])
        yield self._search()
        yield self._missing_page()

    def _start(self) -> Page:
        opening = next((page.chapter for page in self.pages if not page.depth), None)
        after = next((page for page in self.pages if page.depth), None)
        self.renderer.begin_page(INDEX, base=1)
        address = about_pages.address(self.metadata, self.folder)
        facts = WebFacts(
            address=address,
            is_book=True,
            chapters=tuple(NavPoint(page.title, page.name) for page in self.pages if page.depth),
            is_learnt_from=is_learnt_from(self.document),
            minutes=minutes(self.document),
            downloads=self.others,
        )
        about = described(self.metadata, facts)
        return self._page(
            INDEX,
            "index",
            full_title(self.metadata),
            after=after,
            date=written_date(self.metadata.date, words(self.metadata.lang)),
            logo=logo(self.document),
            timing_total="",
            downloads=self.others,
            meta_tags=(*about.meta_tags, *self.social),
            linked_data=about.linked_data,
            alternates=about.alternates,
            body=self.renderer.render(opening.blocks if opening else ()),
            notes=opening.notes if opening else (),
        )

    def _chapter(
        self, page: SitePage, position: int, before: SitePage | None, after: SitePage | None
    ) -> Page:
        self.renderer.begin_page(page.name, base=1 - page.depth)
        self.renderer.record(Trait.CONTENTS)
        facts = WebFacts(address=about_pages.address(self.metadata, self.folder, page.name))
        about = described(about_pages.of_page(self.metadata, page), facts)
        return self._page(
            page.name,
            "chapter",
            f"{page.title} – {self.metadata.title}",
            before=before,
            after=after,
            part=self.parts.get(page.name),
            contents=self.contents.shown_on(page, self.renderer),
            meta_tags=(*about.meta_tags, *self.social),
            keeps_place=True,
            linked_data=about_pages.chapter_data(page, position, self.metadata, self.folder),
            body=self.renderer.render(page.chapter.blocks),
            notes=page.chapter.notes,
        )

    def _search(self) -> Page:
        self.renderer.begin_page(SEARCH, base=1)
        vocabulary = words(self.metadata.lang)
        texts = [(key, vocabulary[f"search_{key}"]) for key in ("count", "first", "none", "near")]
        title = f"{self.renderer.word('search')} – {self.metadata.title}"
        return self._page(
            SEARCH,
            "search",
            title,
            texts=texts,
            text=searched_text(self.pages, self.renderer.word("notes")),
            search_script=search_script(self.renderer.environment),
        )

    def _missing_page(self) -> Page:
        self.renderer.begin_page(NOT_FOUND, base=1)
        title = f"{self.renderer.word('not_found')} – {self.metadata.title}"
        return replace(self._page(NOT_FOUND, "not-found", title), role="missing")

    def _page(self, name: str, template: str, full_title: str, **context: Any) -> Page:
        """A page; ``context`` values precede the common ones."""
        before, after = context.get("before"), context.get("after")
        markup = self.renderer.whole_page(
            f"site/{template}",
            **{
                "document": self.document,
                "full_title": full_title,
                "index": INDEX,
                "search": SEARCH,
                "links": head_links(name, before, after, self.metadata, self.folder),
                "imprint": web_facts(self.metadata),
                "downloads": (),
                "meta_tags": (),
                "linked_data": None,
                "alternates": (),
                "keeps_place": False,
                **context,
            },
        )
        return Page(name, full_title, str(markup))


def render_site(
    document: Document,
    edition: Edition,
    stem: str,
    environment: jinja2.Environment,
    memo: Memo,
) -> Pages:
    """The pages of the site, the start page first, and the files that they need."""
    site = _Assembly(document, edition, stem, environment, memo)
    pages = tuple(site.all_pages())
    renderer = site.renderer
    inventory = renderer.inventory()
    site_style = Style("site.css", read_text(environment, "html/site/style.css"))
    renderer.begin_page("", base=1)
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=document.metadata,
        pages=pages,
        inventory=inventory,
        styles=(*page_styles(document, renderer, inventory.constructs), site_style),
        faces=screen_faces(document),
        assets=document.assets,
        script=script(environment, inventory.constructs),
        cover=site.picture,
        contents=nav_points(document.contents, renderer.href),
        files=tuple(feeds(environment, site.pages, document.metadata, site.folder)),
        file=site.file,
    )


def _parts(pages: tuple[SitePage, ...]) -> Iterator[tuple[str, SitePage]]:
    """The names of pages that are below another, with the nearest of those."""
    above: list[SitePage] = []
    for page in pages:
        while above and above[-1].depth >= page.depth:
            above.pop()
        if above and above[-1].depth:
            yield page.name, above[-1]
        above.append(page)
