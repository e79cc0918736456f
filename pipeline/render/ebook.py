"""The pages of an e-book."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import jinja2
from msgspec.structs import replace

from pipeline.model import CodeBlock, ContentsEntry, Document, FrontMark, Node, PageMark
from pipeline.model.editions import Edition
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import page_id
from pipeline.model.rendered import (
    CoverPage,
    Landmark,
    NavList,
    NavPoint,
    Page,
    PageListEntry,
    PageRole,
    Pages,
    Style,
    Trait,
)
from pipeline.model.roles import BEFORE_CONTENTS, STANDARD
from pipeline.model.tree import is_recipe, plain_text, walk
from pipeline.render.environment import read_text, sheets
from pipeline.render.imprint import book_facts, edited_by, logo, names, total, unchanged_cover
from pipeline.render.node_markup import NodeRenderer
from pipeline.render.note_placement import listing_notes
from pipeline.render.plan import ENDNOTES, Chapter, chapters, nav_points, number_title, targets
from pipeline.render.style_sheets import construct_styles, kind_styles, screen_faces
from pipeline.render.tables import Setting
from pipeline.system.store import Memo

# --- front -----------------------------------------------------------------------------------
# The pages of an e-book that are made: cover, title page, imprint, contents.

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
        editors=edited_by(document.metadata),
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


# --- book pages ------------------------------------------------------------------------------
# The pages of an e-book, one per chapter with its notes; their order, and the landmarks.

TABLES = (Setting(line=22, gap=1), Setting(line=25, gap=0.5))
"""The lines available to tables, at normal and reduced size, on a phone held upright: tables that
do not fit have columns of fixed widths, so that they are not cut off."""


def assemble_ebook(
    document: Document,
    edition: Edition,
    stem: str,
    environment: jinja2.Environment,
    memo: Memo,
) -> Pages:
    metadata = document.metadata
    endnotes = metadata.notes == "end" and bool(document.notes)
    if endnotes:
        document = listing_notes(document)
    flows = KINDS[metadata.kind].flows or is_recipe(document.blocks)
    plan = chapters(document, endnotes=endnotes, flows=flows)
    renderer = NodeRenderer(
        environment,
        "epub",
        document,
        memo,
        base=0,
        pages={
            "title": TITLE_PAGE,
            **{target: chapter.name for chapter in plan for target in chapter.ids},
        },
        in_contents=frozenset(targets(document.contents)),
    )
    renderer.table_lines = TABLES
    lists = caption_navs(document, renderer)
    from pipeline.render.covers import book_cover

    design = book_cover(document, environment)
    has_cover = bool(design or unchanged_cover(document))
    order = tuple(reading_order(plan, has_cover=has_cover))
    pages = {chapter.name: _chapter(chapter, renderer, document) for chapter in plan}
    if has_cover:
        pages[COVER] = cover_page(document, renderer, design)
    if TITLE_PAGE in order:
        pages[TITLE_PAGE] = title_page(document, renderer)
    if IMPRINT in order:
        css = read_text(environment, f"epub/{BASE}")
        pages[IMPRINT] = imprint_page(document, renderer, css)
    titles = {page.name: page.title for page in pages.values()}
    titles |= {TITLE_PAGE: renderer.word("title_page"), NAV: renderer.word("contents")}
    landmark_list = landmarks(order, plan, lists, titles, renderer)
    start = plan[0].name if plan else NAV
    breaks = page_list(plan, document.front_marks, FRONT_PAGES, order)
    pages[NAV] = nav_page(document, renderer, start, lists, landmark_list, breaks)
    inventory = renderer.inventory()
    renderer.page = ""
    contents = nav_points(document.contents, renderer.href)
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=metadata,
        pages=tuple(pages[name] for name in order),
        inventory=inventory,
        styles=styles(
            environment,
            inventory.constructs,
            "\n".join(renderer.rules.values()),
            metadata,
        ),
        faces=screen_faces(document),
        assets=document.assets,
        contents=contents or (NavPoint(metadata.title, start),),
        lists=tuple(
            NavList(nav.id, nav.title, nav_points(nav.entries, renderer.href)) for nav in lists
        ),
        landmarks=landmark_list,
        page_list=breaks,
        cover=design,
    )


def _chapter(chapter: Chapter, renderer: NodeRenderer, document: Document) -> Page:
    section = chapter.section
    is_endnotes = section is None and chapter.role == ENDNOTES
    title = renderer.word("notes") if is_endnotes else document.metadata.title
    if section:
        title = number_title(section.number, plain_text(section.title))
    renderer.page = chapter.name
    body = renderer.render(chapter.blocks)
    markup = renderer.whole_page(
        "endnotes" if is_endnotes else "chapter",
        document=document,
        title=title,
        body=body,
        notes=chapter.notes,
        role=chapter.role,
        opening=_opening(chapter),
        division=chapter.division,
    )
    return Page(chapter.name, title, str(markup), "chapter", properties(renderer))


def _opening(chapter: Chapter) -> str:
    """The class for the heading at the beginning of a page, and for a chapter's."""
    if chapter.section is None:
        return ""
    return f"{'section' if chapter.continued else 'chapter'}-{chapter.section.depth}"


def page_list(
    plan: Iterable[Chapter],
    front: Iterable[FrontMark],
    names: Mapping[str, str],
    order: Sequence[str],
) -> tuple[PageListEntry, ...]:
    """The pages that begin before the text, in the pages with these ``names`` by their parts, and
    those that begin in chapters, in the reading ``order``."""
    before = ((names[mark.part], mark.label) for mark in front)
    within = ((chapter.name, label) for chapter in plan for label in _labels(chapter.blocks))
    places = {name: place for place, name in enumerate(order)}
    entries = sorted(itertools.chain(before, within), key=lambda entry: places[entry[0]])
    return tuple(PageListEntry(label, f"{name}#{page_id(label)}") for name, label in entries)


def _labels(nodes: Iterable[Node]) -> Iterator[str]:
    for node in walk(nodes):
        if isinstance(node, PageMark):
            yield node.label
        elif isinstance(node, CodeBlock):
            yield from (mark.label for mark in node.marks)


NO_LANDMARKS = frozenset({"chapter", "part"})
"""Roles that occur many times in a book, and so are not landmarks."""


def reading_order(plan: tuple[Chapter, ...], *, has_cover: bool) -> Iterator[str]:
    """The names of all pages. Parts around the title with which the text begins come before the
    contents, as in print; if there is no title page or imprint, they are added: after a half title,
    before a dedication."""
    roles = {chapter.role for chapter in plan}
    missing = [
        page
        for page, role in ((TITLE_PAGE, "titlepage"), (IMPRINT, "copyright-page"))
        if role not in roles
    ]
    if has_cover:
        yield COVER
    at = 0
    while at < len(plan) and plan[at].role in BEFORE_CONTENTS:
        role = plan[at].role
        if TITLE_PAGE in missing and role != "halftitlepage":
            yield from missing
            missing.clear()
        yield plan[at].name
        if role == "titlepage":
            yield from missing
            missing.clear()
        at += 1
    yield from missing
    yield NAV
    yield from (chapter.name for chapter in plan[at:])


def landmarks(
    order: tuple[str, ...],
    plan: tuple[Chapter, ...],
    lists: tuple[CaptionNav, ...],
    titles: dict[str, str],
    renderer: NodeRenderer,
) -> tuple[Landmark, ...]:
    """The first part of each kind, in reading order. ``titles`` are those of the pages."""
    page_kinds = {COVER: "cover", TITLE_PAGE: "titlepage", IMPRINT: "copyright-page", NAV: "toc"}
    by_name = {chapter.name: chapter for chapter in plan}
    texts = (c.name for c in plan if c.division == "bodymatter")
    start = next(texts, plan[0].name if plan else NAV)
    by_kind: dict[str, Landmark] = {}
    for name in order:
        kind = page_kinds.get(name) or by_name[name].role
        if name in page_kinds or (kind in STANDARD and kind not in NO_LANDMARKS):
            by_kind.setdefault(kind, Landmark(kind, name, titles[name]))
        if name == NAV:
            for nav in lists:
                if nav.kind:
                    by_kind[nav.kind] = Landmark(nav.kind, f"{NAV}#{nav.id}", nav.title)
        if name == start:
            by_kind["bodymatter"] = Landmark("bodymatter", start, renderer.word("start"))
    return tuple(by_kind.values())


BASE = "style.css"
MODERN = "modern.css"
"""Styles that only newer reading systems understand, in a file of its own."""

APART = frozenset({"epub-strokes.css", "letters.css", "list-markers.css"})
"""The styles of constructs that belong into that file."""

_SIDE = late(r"\b(margin|padding|border)-inline-(start|end)\b")
_ALIGN = late(r"text-align: (start|end)\b")
_HYPHENS = late(r"(?<!-)\bhyphens: (\w+)")
_NEW_UNIT = late(r"(?<![^;{}\s/])[\w-]++:[^:;{}]*\d(?:ch|ex|rem|lh|v[wh])\b[^;{}]*;?\s*")


def styles(
    environment: jinja2.Environment,
    constructs: tuple[str, ...],
    rules: str,
    metadata: Metadata,
) -> tuple[Style, ...]:
    """The style sheets for ``constructs``, in CSS that all e-readers support: old reading systems
    (Adobe's engine, Amazon's converter) do not know logical sides, and treat newer units
    unpredictably. ``rules`` are those generated for the pages."""
    basic = (
        *sheets(environment, "epub", "style"),
        *construct_styles(environment, "epub", constructs),
        *kind_styles(environment, "epub", metadata),
        Style("widths.css", rules),
    )
    modern = Style(MODERN, read_text(environment, "epub/modern.css"), apart=True)
    return (
        *(
            replace(style, css=plain(style.css, metadata.direction))
            for style in basic
            if style.css and style.name not in APART
        ),
        modern,
        *(replace(style, apart=True) for style in basic if style.name in APART),
    )


def plain(css: str, direction: Literal["ltr", "rtl"]) -> str:
    """A style sheet with physical sides instead of logical ones, and without declarations in new
    units. The alignment of text is given in both ways, and so are hyphens, for which WebKit had its
    own name until 2023."""
    start, end = ("left", "right") if direction == "ltr" else ("right", "left")
    sides = {"start": start, "end": end}
    css = _SIDE.sub(lambda match: f"{match[1]}-{sides[match[2]]}", css)
    css = _ALIGN.sub(lambda match: f"text-align: {sides[match[1]]}; {match[0]}", css)
    css = _HYPHENS.sub(lambda match: f"-webkit-{match[0]}; {match[0]}", css)
    return _NEW_UNIT.sub("", css)
