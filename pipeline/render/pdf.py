"""The print edition: one long page, that the packager breaks into sheets."""

from __future__ import annotations

import json
from typing import NamedTuple

import jinja2

from pipeline.editions import Edition, PageGeometry
from pipeline.faces import FACES
from pipeline.metadata import Metadata
from pipeline.model import Document
from pipeline.pages import Page, Pages, Style
from pipeline.render.contents import nav_points, prints_contents, targets, word_count
from pipeline.render.environment import read_text
from pipeline.render.nodes import NodeRenderer
from pipeline.render.notes import NotePlace, before_notes, listing_notes
from pipeline.render.places import first_places
from pipeline.render.styles import construct_styles
from pipeline.render.table_fit import SMALL_HANGING
from pipeline.scripts import fonts_for
from pipeline.words import words
from pipeline.words.dates import written_date

NOTE_MARGIN = 45
"""Millimetres that notes in a book's outer margin need, with what is left free around them."""

BOOK_WORDS = 20_000
"""From about fifty printed pages on, a publication is made up as a book."""

MEASURE, COLUMN = 120, 30
"""Millimetres: lines of some 70 characters, and a handout's column to the left of them."""

WIDTHS = {"A3": 297, "A4": 210, "A5": 148, "Letter": 215.9, "Legal": 215.9}
"""Millimetres that a sheet is wide."""


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment
) -> Pages:
    assert edition.page is not None, "every print edition has a page"
    metadata = document.metadata
    is_book = word_count(document) > BOOK_WORDS
    place = note_place(metadata, edition.page, is_book)
    before, after = document.blocks, document.blocks[:0]
    if place == "end" and document.notes:
        before, after = before_notes(document.blocks)
        document = listing_notes(document, after, words(metadata.lang)["notes"])
    renderer = NodeRenderer(
        environment,
        "pdf",
        document,
        in_contents=frozenset(targets(document.contents)),
        note_place=place,
    )
    if not is_book:
        renderer.small_tables = SMALL_HANGING
    markup = renderer.template(
        "page",
        document=document,
        body=renderer.render(before),
        notes=document.notes if place == "end" else (),
        after=renderer.render(after),
        shows_contents=prints_contents(document),
        is_book=is_book,
        byline=byline(metadata),
        imprint=imprint(metadata),
    )
    sheet = book_sheet if is_book else handout_sheet
    styles = (
        Style("style.css", read_text(environment, "pdf/style.css")),
        Style("book.css", read_text(environment, "pdf/book.css") if is_book else ""),
        *construct_styles(environment, "pdf", markup),
        Style("sheet.css", sheet(edition.page, metadata) + landscape_sheet(edition.page)),
        Style("widths.css", "\n".join(renderer.rules.values())),
    )
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=metadata,
        pages=(Page("index.xhtml", metadata.title, str(markup)),),
        styles=tuple(style for style in styles if style.css),
        faces=(*FACES, *(face for font in fonts_for(markup) for face in font.faces)),
        assets=(*document.assets, *renderer.formula_images.assets),
        contents=nav_points(document.contents, renderer.href),
        places=first_places(document),
    )


def byline(metadata: Metadata) -> tuple[str, ...]:
    """What stands under a handout's title: who, when, which version."""
    said = words(metadata.lang)
    names = said["list_separator"].join(author.name for author in metadata.authors)
    date = written_date(metadata.date, said) if metadata.date else ""
    version = f"{said['version']} {metadata.version}" if metadata.version else ""
    return tuple(part for part in (names, date, version) if part)


class ImprintLine(NamedTuple):
    """A line of the imprint; ``href`` is empty where it leads nowhere."""

    text: str
    href: str = ""


def imprint(metadata: Metadata) -> tuple[ImprintLine, ...]:
    """Who helped, who publishes, under which number and licence."""
    said = words(metadata.lang)
    lines = [
        ImprintLine(f"{said[f'role_{person.role}']}: {person.name}")
        for person in metadata.contributors
        if f"role_{person.role}" in said
    ]
    if metadata.publisher:
        lines.append(ImprintLine(f"{said['published_by']} {metadata.publisher}"))
    number = metadata.identifier
    if number and number.scheme == "isbn":
        lines.append(ImprintLine(f"ISBN {number.value}"))
    elif number and number.scheme in {"doi", "uri"}:
        lines.append(ImprintLine(number.uri, number.uri))
    if metadata.rights:
        lines.append(ImprintLine(metadata.rights))
    if metadata.licence:
        lines.append(ImprintLine(metadata.licence.name, metadata.licence.url))
    return tuple(lines)


def handout_sheet(page: PageGeometry, metadata: Metadata) -> str:
    """The page's size and margins, and its foot: the title, and “2 of 4”.

    What is over of the sheet's width beyond margins, column and text goes to both sides.
    """
    before, _, rest = words(metadata.lang)["page_of"].partition("{page}")
    between, _, after = rest.partition("{pages}")
    folio = f"{_string(before)} counter(page) {_string(between)} counter(pages) {_string(after)}"
    spare = max(0, WIDTHS[page.size] - page.left - page.right - COLUMN - MEASURE) / 2
    margins = (page.top, page.right + spare, page.bottom, page.left + spare)
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    return (
        f"@page {{ size: {page.size}; margin: {_millimetres(margins)};"
        f" @bottom-{start} {{ content: {_string(metadata.title)} }}"
        f" @bottom-{end} {{ content: {folio} }}"
        f" @footnote {{ margin-{start}: {COLUMN}mm }} }}\n"
    )


def book_margins(page: PageGeometry) -> tuple[float, float]:
    """Millimetres at the inner and the outer edge of a book's text."""
    spare = max(page.left + page.right, WIDTHS[page.size] - MEASURE)
    return spare * 0.4, spare * 0.6


def note_place(metadata: Metadata, page: PageGeometry, is_book: bool) -> NotePlace:
    """Where notes are printed: as the metadata asks for, but for books without the room."""
    if metadata.notes == "margin" and is_book and book_margins(page)[1] < NOTE_MARGIN:
        return "foot"
    return metadata.notes


def book_sheet(page: PageGeometry, metadata: Metadata) -> str:
    """The size and mirrored margins of a book's page: the inner ones narrower, since two of
    them lie together. Running heads and folios are at the outer edges."""
    inner, outer = book_margins(page)
    top, bottom = page.top + 5, page.bottom + 10
    title, chapter = "string(publication, first-except)", "string(chapter, first-except)"
    return (
        f"@page {{ size: {page.size} }}\n"
        f"@page :left {{ margin: {_millimetres((top, inner, bottom, outer))};"
        f" @top-left {{ content: {title} }} @bottom-left {{ content: counter(page) }} }}\n"
        f"@page :right {{ margin: {_millimetres((top, outer, bottom, inner))};"
        f" @top-right {{ content: {chapter} }} @bottom-right {{ content: counter(page) }} }}\n"
        f".level-1 > h2 {{ string-set: publication {_string(metadata.title)},"
        f" chapter content(text) }}\n"
        ".level-1 > h2[data-outline] { string-set:"
        f" publication {_string(metadata.title)}, chapter attr(data-outline) }}\n"
    )


def landscape_sheet(page: PageGeometry) -> str:
    """The same sheet on its side, without a column before the text."""
    margins = (page.right, page.bottom, page.bottom, page.top)
    return (
        f"@page landscape {{ size: {page.size} landscape; margin: {_millimetres(margins)};"
        " @footnote { margin-left: 0; margin-right: 0 } }\n"
    )


def _millimetres(lengths: tuple[float, ...]) -> str:
    return " ".join(f"{length:.4g}mm" for length in lengths)


def _string(text: str) -> str:
    """A CSS string (CSS Syntax 3, section 4.3.5)."""
    return json.dumps(text, ensure_ascii=False)
