"""The print edition: one long page, that the packager breaks into sheets."""

from __future__ import annotations

from typing import NamedTuple

import jinja2

from pipeline.editions import Edition
from pipeline.faces import FACES
from pipeline.metadata import Metadata
from pipeline.model import Document
from pipeline.pages import Page, Pages, Style
from pipeline.paper import Sheet
from pipeline.render.contents import nav_points, prints_contents, targets, word_count
from pipeline.render.environment import read_text
from pipeline.render.nodes import NodeRenderer
from pipeline.render.notes import NotePlace, before_notes, listing_notes
from pipeline.render.places import first_places
from pipeline.render.styles import construct_styles
from pipeline.render.table_fit import Setting
from pipeline.scripts import fonts_for
from pipeline.sheet import css, has_room_for_notes, options_for, sheet_for
from pipeline.words import words
from pipeline.words.dates import written_date

BOOK_WORDS = 20_000
"""From about fifty printed pages on, a publication is made up as a book."""

POINT = 25.4 / 72
"""Millimetres."""


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment
) -> Pages:
    metadata = document.metadata
    is_book = word_count(document) > BOOK_WORDS
    sheet = sheet_for(edition, metadata, is_book=is_book)
    place = note_place(metadata, sheet)
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
    renderer.usual_tables, renderer.small_tables = table_settings(sheet)
    markup = renderer.template(
        "page",
        document=document,
        body=renderer.render(before),
        notes=document.notes if place == "end" else (),
        after=renderer.render(after),
        shows_contents=prints_contents(document),
        kind=kind(sheet),
        byline=byline(metadata),
        imprint=imprint(metadata),
    )
    theme = options_for(edition, metadata).theme or "classic"
    styles = (
        Style("theme.css", read_text(environment, f"themes/{theme}.css")),
        Style("style.css", read_text(environment, "pdf/style.css")),
        Style("hung.css", read_text(environment, "pdf/hung.css") if sheet.hangs else ""),
        Style("book.css", read_text(environment, "pdf/book.css") if is_book else ""),
        *construct_styles(environment, "pdf", markup),
        Style("sheet.css", css(sheet, metadata)),
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
        sheet=sheet,
    )


def kind(sheet: Sheet) -> tuple[str, ...]:
    """The classes of a page: what it is made up as, and whether things hang in a column."""
    return ("book" if sheet.is_book else "handout", *(("hung",) if sheet.hangs else ()))


def table_settings(sheet: Sheet) -> tuple[Setting, Setting]:
    """The lines of tables at their usual size, and smaller: those of a handout take the column
    beside the text, too."""
    width = sheet.measure / POINT
    small = width if sheet.is_book else width + sheet.column / POINT
    gap = 1.08 * sheet.text
    return (
        Setting(line=width / sheet.label, gap=gap / sheet.label),
        Setting(line=small / sheet.note, gap=gap / 2 / sheet.note),
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


def note_place(metadata: Metadata, sheet: Sheet) -> NotePlace:
    """Where notes are printed: as the metadata asks for, where there is room for that."""
    if metadata.notes == "margin" and not has_room_for_notes(sheet):
        return "foot"
    return metadata.notes
