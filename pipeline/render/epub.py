"""The e-book: cover, title page, imprint, contents, one page a chapter with its notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jinja2
from markupsafe import Markup, escape

from pipeline.editions import Edition
from pipeline.faces import FACES, MATH, MATH_FACE, MONO
from pipeline.metadata import Contributor
from pipeline.model import (
    Code,
    CodeBlock,
    ContentsEntry,
    Document,
    Image,
    InlineElement,
    Math,
    MathBlock,
    Node,
)
from pipeline.pages import Accessibility, NavPoint, Page, PageRole, Pages, Style
from pipeline.render.brand import logo
from pipeline.render.contents import nav_points, numbered, targets
from pipeline.render.environment import read_text
from pipeline.render.nodes import NodeRenderer
from pipeline.render.plan import Chapter, chapters
from pipeline.render.styles import construct_styles
from pipeline.tree import plain_text, walk, whole
from pipeline.words import words
from pipeline.words.dates import written_date

COVER, TITLE_PAGE, IMPRINT, NAV = "cover.xhtml", "title.xhtml", "imprint.xhtml", "nav.xhtml"

MADE_COVER = "cover.jpg"
"""The image that the packager draws where the front matter names none; outside the
folder of the document's images, so that their names cannot clash."""

FRONT_MATTER = frozenset(
    "abstract acknowledgments dedication epigraph foreword introduction preface".split()
)
BACK_MATTER = frozenset(
    "afterword appendix bibliography colophon conclusion glossary index".split()
)


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


class Fact(NamedTuple):
    """A line of the imprint; ``address`` is empty where it links to nothing."""

    label: str
    value: str
    address: str = ""


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment
) -> Pages:
    plan = chapters(document)
    renderer = NodeRenderer(
        environment,
        "epub",
        document,
        base=0,
        pages={target: chapter.name for chapter in plan for target in chapter.ids},
        in_contents=frozenset(targets(document.contents)),
    )
    css = read_text(environment, "epub/style.css")
    body = tuple(_chapter(chapter, renderer, document) for chapter in plan)
    start = plan[0].name if plan else NAV
    pages = (*_front(document, renderer, plan, start, css), *body)
    styles = (
        Style("style.css", css),
        *construct_styles(environment, "epub", "".join(page.markup for page in pages)),
        Style("widths.css", "\n".join(renderer.rules.values())),
    )
    renderer.page = ""
    contents = nav_points(document.contents, renderer.href)
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=document.metadata,
        pages=pages,
        styles=tuple(style for style in styles if style.css),
        faces=(*FACES, MATH_FACE),
        assets=document.assets,
        contents=contents or (NavPoint(document.metadata.title, start),),
        accessibility=_accessibility(document, renderer),
    )


def _chapter(chapter: Chapter, renderer: NodeRenderer, document: Document) -> Page:
    section = chapter.section
    title = document.metadata.title
    if section:
        title = numbered(section.number, plain_text(section.title))
    renderer.page = chapter.name
    body = renderer.render(chapter.blocks)
    markup = renderer.template(
        "chapter",
        document=document,
        title=title,
        body=body,
        notes=chapter.notes,
        division=_division(chapter),
    )
    return Page(chapter.name, title, str(markup), "chapter", _properties(markup))


def _division(chapter: Chapter) -> str:
    role = chapter.section.role if chapter.section else ""
    if role in FRONT_MATTER:
        return "frontmatter"
    return "backmatter" if role in BACK_MATTER else "bodymatter"


def _front(
    document: Document, renderer: NodeRenderer, plan: tuple[Chapter, ...], start: str, css: str
) -> Iterator[Page]:
    """What stands before the text."""
    metadata, word = document.metadata, renderer.word
    source, alt = _cover(document, renderer)
    lists = tuple(
        CaptionNav(LIST_KINDS.get(e.kind, ""), e.kind, word(f"list_of_{e.kind}"), e.entries)
        for e in document.lists
    )
    first = next((c.name for c in plan if _division(c) == "bodymatter"), start)
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
            cover_source=source,
            cover_alt=alt,
            logo=logo(document),
            facts=tuple(_facts(document, renderer, css)),
            names=lambda people: _names(people, renderer),
        )
        nav = ("nav",) if role == "nav" else ()
        yield Page(name, title, str(markup), role, (*nav, *_properties(markup)))


def _properties(markup: str) -> tuple[str, ...]:
    """What the manifest has to say of a page's markup."""
    return ("mathml",) if "<math " in markup else ()


def _cover(document: Document, renderer: NodeRenderer) -> tuple[str, str]:
    """The cover image's address and its text alternative."""
    cover, title = document.metadata.cover, document.metadata.title
    asset = next((a for a in document.assets if cover and a.path == cover.source), None)
    if cover is None or asset is None:
        return MADE_COVER, renderer.word("cover_alt", title=title)
    return f"images/{asset.name}", cover.alt or renderer.word("cover_alt", title=title)


def _names(people: tuple[Contributor, ...], renderer: NodeRenderer) -> Markup:
    """Names in a row, the last after “and”."""
    names = [escape(person.name) for person in people]
    if len(names) < 2:
        return Markup("").join(names)
    rest = Markup(escape(renderer.word("list_separator"))).join(names[:-1])
    return rest + f" {renderer.word('and')} " + names[-1]


def _facts(document: Document, renderer: NodeRenderer, css: str) -> Iterator[Fact]:
    """What the imprint says, line by line."""
    metadata, word = document.metadata, renderer.word
    known = words(metadata.lang)
    if metadata.authors:
        yield Fact(word("by"), _names(metadata.authors, renderer))
    for person in metadata.contributors:
        yield Fact(known.get(f"role_{person.role}", known["role_ctb"]), person.name)
    if metadata.publisher:
        yield Fact(word("published_by"), metadata.publisher)
    if metadata.date:
        yield Fact(word("date"), written_date(metadata.date, known))
    if metadata.version:
        yield Fact(word("version"), metadata.version)
    if metadata.series:
        yield Fact(word("series"), f"{metadata.series.name} {metadata.series.position}".strip())
    if metadata.identifier:
        scheme, value = metadata.identifier.scheme, metadata.identifier.value
        address = metadata.identifier.uri if scheme in {"doi", "uri"} else ""
        label = {"isbn": "ISBN", "doi": "DOI"}.get(scheme, word("identifier"))
        shown = metadata.identifier.uri if scheme == "uuid" else value
        yield Fact(label, shown, address if address.startswith("http") else "")
    if metadata.licence:
        yield Fact(word("licence"), metadata.licence.name, metadata.licence.url)
    if families := _families(document, css):
        yield Fact(word("fonts"), word("font_credit", families=families))


def _families(document: Document, css: str) -> str:
    has_code = any(_is_code(node) for node in walk(whole(document)))
    families = dict.fromkeys(face.family for face in FACES)
    shown = [f for f in families if f in css and (f != MONO or has_code)]
    if document.metadata.embed_fonts and _has_formulas(document):
        shown.append(MATH)
    return words(document.metadata.lang)["list_separator"].join(shown)


def _has_formulas(document: Document) -> bool:
    return any(isinstance(node, Math | MathBlock) for node in walk(whole(document)))


def _is_code(node: Node) -> bool:
    if isinstance(node, InlineElement):
        return node.name in {"kbd", "samp"}
    return isinstance(node, Code | CodeBlock)


def _accessibility(document: Document, renderer: NodeRenderer) -> Accessibility:
    images = [node for node in walk(whole(document)) if isinstance(node, Image)]
    described = all(image.alt or "decorative" in image.attributes.classes for image in images)
    about_images = "no_images" if not images else "images" if described else "not_all_images"
    formulas = _has_formulas(document)
    keys = ("text", about_images, *(("formulas",) if formulas else ()), "uncertified")
    summary = " ".join(renderer.word(f"accessible_{key}") for key in keys)
    return Accessibility(summary, bool(images), described, formulas)
