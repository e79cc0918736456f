"""The web edition as a small site: a start page, one page for each chapter, search."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date as calendar_date
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, get_args
from urllib.parse import quote, urljoin

import jinja2
from markupsafe import Markup
from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, ContentsEntry, Document, Index, Node, Section
from pipeline.model.editions import Edition, output_name
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import note_id
from pipeline.model.rendered import NavPoint, Page, Pages, Style, TextFile, Trait
from pipeline.model.tree import plain_text, walk
from pipeline.model.words import words, written_date
from pipeline.package import html
from pipeline.package.html import fit_styles
from pipeline.package.result import Package
from pipeline.render.covers import social_preview
from pipeline.render.discovery import WebFacts, description_of, downloads, full_title
from pipeline.render.environment import read_text
from pipeline.render.html import is_learnt_from, page_styles
from pipeline.render.imprint import logo, minutes, web_facts
from pipeline.render.node_markup import NodeRenderer
from pipeline.render.plan import Chapter, chapters, nav_points, number_title, targets
from pipeline.render.style_sheets import screen_faces, script
from pipeline.system.outputs import LIST, checksums
from pipeline.system.store import Memo

# --- packaging -------------------------------------------------------------------------------
# The site: a folder of pages, with the styles, fonts, images and scripts that they share.

_RELATIVE = late(r"\b(?:href|src|action)=\"(?![#/]|[a-z]+:)")

SOURCES = html.FILES_BESIDE | {"form-action": html.BESIDE}
"""The sources from which a page may load: the site itself, on the web or on a disk."""


def package_site(pages: Pages, folder: Path) -> Package:
    """The site's start page, with everything else in `Package.extra`. Paths of assets are relative
    to ``folder``."""
    markup = "".join(page.markup for page in pages.pages)
    scripts = (file.text for file in pages.files if file.name.endswith(".js"))
    fitting = fit_styles(pages.styles, markup, "".join((pages.script, *scripts)))
    pages = replace(pages, styles=fitting)
    images, dependencies, problems = html.read_images(pages, folder)
    css = html.join_styles(pages)
    fonts, missing = html.page_fonts(pages.faces, css, markup)
    rules = html.font_faces(fonts, lambda file: f"fonts/{file.name}")
    styles = html.style_files(pages, rules + css)
    start = PurePosixPath(pages.file)

    def finish(page: Page) -> bytes:
        markup = page.markup
        markup = html.show_images(markup, images, lambda file: quote(f"images/{file.name}"))
        markup = html.with_script(markup, pages)
        markup = html.with_links(markup, styles, lambda file: file.name)
        if page.role == "missing" and pages.metadata.url:
            # servers show it in the place of any page, however deep in folders that was
            base = urljoin(pages.metadata.url, quote(f"{start.parent}/"))
            markup = _RELATIVE.sub(lambda match: match[0] + base, markup)
        return html.line_end(html.with_policy(markup, SOURCES)).encode()

    files = {
        **{page.name: finish(page) for page in pages.pages},
        **{file.name: file.data for file in styles},
        **{f"fonts/{file.name}": file.data for file in fonts.values()},
        **{f"images/{file.name}": file.data for file in html.all_sizes(images)},
        **{file.name: file.text.encode() for file in pages.files},
    }
    files[LIST] = checksums(files)
    data = files.pop(start.name)
    extra = {str(start.parent / name): content for name, content in files.items()}
    result = Package(
        data=data,
        diagnostics=(*problems, *missing),
        dependencies=tuple(map(str, dependencies)),
        extra=extra,
    )
    return html.with_picture(result, pages, folder)


# --- naming ----------------------------------------------------------------------------------
# The pages of the site: their names, which are the same as the e-book's, and their titles.

INDEX, SEARCH, NOT_FOUND = "index.html", "search.html", "404.html"


class SitePage(NamedTuple):
    """A page of the text. ``title`` includes the chapter's number; ``depth`` is that of its
    section, 0 for the first page, which has the content before all sections."""

    name: str
    title: str
    depth: int
    chapter: Chapter

    @property
    def target(self) -> str:
        """The id at the beginning of a page, or ""."""
        return self.chapter.section.attributes.id if self.chapter.section else ""


def site_pages(document: Document) -> tuple[SitePage, ...]:
    """The pages that have text, in reading order."""
    pages = []
    for chapter in chapters(document):
        section = chapter.section
        if section is None:
            pages.append(SitePage(INDEX, document.metadata.title, 0, chapter))
            continue
        name = f"{chapter.name.partition('.')[0]}.html"
        title = number_title(section.number, plain_text(section.title))
        pages.append(SitePage(name, title, section.depth, chapter))
    return tuple(pages)


def entries_by_target(entries: tuple[ContentsEntry, ...]) -> dict[str, ContentsEntry]:
    """All entries of the contents, by the ids that they lead to."""
    by_target = {entry.target: entry for entry in entries}
    for entry in entries:
        by_target |= entries_by_target(entry.children)
    return by_target


# --- navigation ------------------------------------------------------------------------------
# The table of contents beside the text of a site's pages.

LISTED_PAGES = 150
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
        near = self._pages[max(0, at - LISTED_PAGES) : at + LISTED_PAGES + 1]
        return self._items_below(near, page, renderer)

    def _items_below(
        self, pages: tuple[SitePage, ...], current: SitePage, renderer: NodeRenderer
    ) -> tuple[NavItem, ...]:
        """The items of some pages; a deeper one is nested in the one before."""
        items: list[NavItem] = []
        at = 0
        while at < len(pages):
            end = at + 1
            while end < len(pages) and pages[end].depth > pages[at].depth:
                end += 1
            below = self._items_below(pages[at + 1 : end], current, renderer)
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


# --- search ----------------------------------------------------------------------------------
# The search index: the words of the site's pages, by the places that a search can lead to.
#
# The text itself is the index. A script searches it while readers type, and shows the context of
# matches; this takes milliseconds for a thick book, needs no language rules that would have to
# agree on both sides, and works for scripts without spaces between words. See
# `templates/html/site/search.js`.

BREAKS: frozenset[type[Node]] = frozenset({
    *get_args(Block), model.BibliographyEntry, model.Choice, model.DefinitionItem, model.LineBreak,
    model.ListItem, model.SoftBreak, model.TableCell,
})  # fmt: skip
"""Elements that are, or follow, a space."""


class _Passage(NamedTuple):
    """A search result: the id of a section or of a note ("" for the text before all sections), its
    title, and the text under it."""

    id: str
    title: str
    text: str


def search_script(environment: jinja2.Environment) -> Markup:
    """The script that searches the text."""
    return Markup(read_text(environment, "html/site/search.js").strip().replace("</", "<\\/"))


def searched_text(pages: Iterable[SitePage], notes_word: str) -> Markup:
    """The pages' text as JSON in the page: one opened from disk cannot read other files."""
    data = [
        [page.name, page.title, [list(passage) for passage in passages(page, notes_word)]]
        for page in pages
    ]
    serialised = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(serialised.replace("<", "\\u003c"))


def passages(page: SitePage, notes_word: str) -> Iterator[_Passage]:
    """The passages of a page, in reading order, those without a word left out."""
    chapter = page.chapter
    for passage in _sections("", "", chapter.blocks):
        if passage.text or passage.title:
            yield passage
    for note in chapter.notes:
        yield _Passage(
            note_id(note.number), f"{notes_word}: {note.number}", words_of(note.children)
        )


def _sections(name: str, title: str, blocks: tuple[Block, ...]) -> Iterator[_Passage]:
    direct = tuple(block for block in blocks if not isinstance(block, model.Section | model.Index))
    yield _Passage(name, title, words_of(direct))
    for block in blocks:
        if isinstance(block, model.Section):
            heading = " ".join(filter(None, (block.number, plain_text(block.title))))
            yield from _sections(block.attributes.id, heading, block.children)


def words_of(nodes: Iterable[Node]) -> str:
    """The words of some nodes on one line."""
    pieces: list[str] = []
    for node in walk(nodes):
        if type(node) in BREAKS:
            pieces.append(" ")
        match node:
            case model.Text() | model.Code() | model.Abbreviation() | model.CodeBlock():
                pieces.append(node.text)
            case model.CrossReference():
                pieces.append(node.text)
            case model.Image():
                pieces.append(f" {node.alt} ")
            case model.Citation() if not node.children:
                pieces.append(node.source)
            case model.Math() | model.MathBlock():
                pieces.append(node.alt or node.tex)
            case model.Turn():
                pieces.append(f" {node.speaker}: ")
    text = " ".join("".join(pieces).replace("\u00ad", "").split())
    return unicodedata.normalize("NFC", text)


# --- about pages -----------------------------------------------------------------------------
# The metadata of a site and its pages for search engines, feed readers and social sites.

DESCRIPTION = 160
"""The length of a page's excerpt in lists of results."""


def address_of(metadata: Metadata, folder: str, name: str = "") -> str:
    """A page's address on the web, or "" if unknown. The start page has that of its folder."""
    name = "" if name == INDEX else name
    return urljoin(metadata.url, quote(folder + name)) if metadata.url else ""


def of_page(metadata: Metadata, page: SitePage) -> Metadata:
    """The publication's metadata, as far as it applies to a single page of its text."""
    return replace(
        metadata,
        title=page.title,
        subtitle="",
        description=beginning(page),
        keywords=(),
        identifier=None,
    )


def beginning(page: SitePage, length: int = DESCRIPTION) -> str:
    """The first words of a page's text."""
    section = page.chapter.section
    blocks = section.children if section else page.chapter.blocks
    text = words_of(block for block in blocks if not isinstance(block, Section | Index))
    if len(text) <= length:
        return text
    return (text[:length].rpartition(" ")[0] or text[:length]).rstrip(" ,;:–—-") + " …"


def chapter_data(page: SitePage, position: int, metadata: Metadata, folder: str) -> dict[str, Any]:
    """A chapter in schema.org's terms; ``position`` counts from 1."""
    book = {
        "@type": "Book",
        "@id": metadata.identifier.uri if metadata.identifier else "",
        "name": metadata.title,
        "url": address_of(metadata, folder) or INDEX,
    }
    return {
        "@context": "https://schema.org",
        "@type": "Chapter",
        "name": page.title,
        "position": position,
        "inLanguage": metadata.lang,
        "url": address_of(metadata, folder, page.name) or page.name,
        "isPartOf": {name: value for name, value in book.items() if value},
    }


# --- feeds -----------------------------------------------------------------------------------
# The files by which programs find the pages of a site: a sitemap for search engines, and a feed
# for readers interested in new versions.

SITEMAP, FEED = "sitemap.xml", "feed.xml"


class HeadLink(NamedTuple):
    """A ``link`` element."""

    rel: str
    href: str
    type: str = ""
    title: str = ""


class _FeedEntry(NamedTuple):
    """A chapter in the feed."""

    title: str
    address: str
    summary: str


def head_links(
    name: str, before: SitePage | None, after: SitePage | None, metadata: Metadata, folder: str
) -> tuple[HeadLink, ...]:
    """The links to other pages in the head of a page."""
    links = [HeadLink("search", SEARCH, "text/html")] if name != SEARCH else []
    if before:
        links.append(HeadLink("prev", before.name))
    if after:
        links.append(HeadLink("next", after.name))
    if metadata.url and name != NOT_FOUND:
        links.append(HeadLink("canonical", address_of(metadata, folder, name)))
    if _has_feed(metadata):
        links.append(HeadLink("alternate", FEED, "application/atom+xml", metadata.title))
    return tuple(links)


def feeds(
    environment: jinja2.Environment, pages: tuple[SitePage, ...], metadata: Metadata, folder: str
) -> Iterator[TextFile]:
    """The map of the site, where its address is known, and its feed, where its date is too: both
    have full addresses alone, and a feed has to say when it changed."""
    if metadata.url:
        names = dict.fromkeys((INDEX, *(page.name for page in pages)))
        addresses = [address_of(metadata, folder, name) for name in names]
        template = environment.get_template(f"html/site/{SITEMAP}.j2")
        text = template.render(addresses=addresses, changed=_date_of_change(metadata))
        yield TextFile(SITEMAP, text)
    if _has_feed(metadata):
        authors = [author.name for author in metadata.authors]
        template = environment.get_template(f"html/site/{FEED}.j2")
        text = template.render(
            metadata=metadata,
            address=address_of(metadata, folder),
            authors=authors or [metadata.publisher or metadata.title],
            feed=FEED,
            updated=_full_date(_date_of_change(metadata)),
            entries=[
                _FeedEntry(page.title, address_of(metadata, folder, page.name), beginning(page))
                for page in pages
                if page.depth
            ],
        )
        yield TextFile(FEED, text)


def _has_feed(metadata: Metadata) -> bool:
    return bool(metadata.url and _date_of_change(metadata))


def _date_of_change(metadata: Metadata) -> str:
    """The date of the last change, as the front matter declares it."""
    return metadata.modified or metadata.date


def _full_date(date: str) -> str:
    """A date in the form that feeds want, from its year, month and day as far as they are given."""
    year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
    return f"{calendar_date(year, month, day).isoformat()}T00:00:00Z"


# --- site ------------------------------------------------------------------------------------


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
        address = address_of(self.metadata, self.folder)
        facts = WebFacts(
            address=address,
            is_book=True,
            chapters=tuple(NavPoint(page.title, page.name) for page in self.pages if page.depth),
            is_learnt_from=is_learnt_from(self.document),
            minutes=minutes(self.document),
            downloads=self.others,
        )
        about = description_of(self.metadata, facts)
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
        facts = WebFacts(address=address_of(self.metadata, self.folder, page.name))
        about = description_of(of_page(self.metadata, page), facts)
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
            linked_data=chapter_data(page, position, self.metadata, self.folder),
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
