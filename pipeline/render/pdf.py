"""The print edition: one long page, that the packager breaks into sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jinja2
from msgspec.structs import replace

from pipeline import model
from pipeline.features import here, needed
from pipeline.model import Block, Document
from pipeline.model import sheet as sheet_module
from pipeline.model.diagnostics import Span
from pipeline.model.editions import STANDARD_PRINT, Edition, Look
from pipeline.model.faces import FACES, LARGE_PRINT_FACES, own_faces
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PageMap
from pipeline.model.paper import IMAGE_RESOLUTION, POINT, NameField, PrintOptions, Sheet
from pipeline.model.rendered import CharacterPlace, Page, Pages, Style, Trait
from pipeline.model.roles import BEFORE_CONTENTS, FRONT
from pipeline.model.sheet import fit_for, learn_letters, print_rules
from pipeline.model.tree import all_nodes, find, has
from pipeline.model.words import words, written_date
from pipeline.model.words.writing_conventions import small_letters
from pipeline.model.writing_systems import characters_beyond, fonts_for
from pipeline.render import tables
from pipeline.render.environment import read_text, sheets
from pipeline.render.imprint import edited_by, in_series, logo, numbers, published_by, total
from pipeline.render.node_markup import NodeRenderer, for_print
from pipeline.render.note_placement import (
    NotePlace,
    TextPlaces,
    is_plain,
    listing_notes,
    part_at_notes,
)
from pipeline.render.plan import fits_columns, nav_points, prints_contents, targets
from pipeline.render.style_sheets import (
    Folio,
    construct_styles,
    css,
    drawing_faces,
    head_css,
    kind_styles,
    large_print_furniture,
    standard_folio,
    standard_folio_css,
)
from pipeline.render.tables import Setting
from pipeline.system.store import Memo

LEAST_EMS_BESIDE = 22
"""Ems of a line, below which nothing stands side by side on it."""

STYLES: dict[Look, tuple[str, ...]] = {
    "standard": (),
    "large": ("untinted", "large-print"),
    "grey": ("untinted", "greyscale"),
}
"""The style sheets of ``templates/pdf`` that come after all others."""


COLOUR = late(r"--(ink|accent):\s*(#[0-9a-f]{6})\b", re.IGNORECASE)
"""The colours of formulas, as style sheets set them."""


def look_styles(
    environment: jinja2.Environment, look: Look, document: Document
) -> tuple[Style, ...]:
    styles = sheets(environment, "pdf", *STYLES[look])
    if look != "large":
        return styles
    around = large_print_furniture(document.metadata, has_page_marks=has_page_marks(document))
    return (*styles, Style("furniture.css", around))


def has_page_marks(document: Document) -> bool:
    """Return whether it marks the pages of the standard edition."""
    return has(document, model.PageMark)


EQUATION_NUMBER = 3.5
"""Ems that a formula's number takes, in large print."""

WRITTEN_LETTER, LEAST_LETTER = 0.3, 0.35
"""The width of a letter in gaps: its share of a writing line, and millimetres (`--letter`)."""

EQUATION_INDENT = 1.62
"""Indentation of displayed formulas in ems."""

HALF_TITLE, BEHIND_IT = frozenset({"halftitlepage"}), frozenset({"also-by"})
"""The page before the title page, if a book begins with one, and what may be on its back."""

TALL_ROW = 0.28
"""The share of a page's lines from which on a table's row may be broken across pages."""


def assemble(
    document: Document,
    edition: Edition,
    stem: str,
    environment: jinja2.Environment,
    memo: Memo,
    page_map: PageMap | None = None,
) -> Pages:
    metadata = document.metadata
    sheet = sheet_module.sheet_of(document, edition)
    book = sheet.is_book
    folio = Folio()
    if page_map and edition.same_pages:
        sheet, folio = page_map.sheet or sheet, standard_folio(page_map.pages)
    place = note_place(edition, metadata, sheet)
    before, after = document.blocks, document.blocks[:0]
    if place == "end" and document.notes:
        before, after = part_at_notes(document.blocks)
        document = listing_notes(document)
    options, is_large = sheet_module.options_for(edition, metadata), edition.look == "large"
    theme_styles = _theme_styles(environment, edition, metadata)
    renderer = _renderer(document, edition, sheet, place, environment, memo)
    has_mathml = sheet_module.standards_for(edition, metadata).is_pdf2
    colours = "".join(style.css for style in theme_styles)
    images = _formula_images(renderer, document, sheet, colours, has_mathml=has_mathml)
    half_title, before = _split_leading(before, HALF_TITLE if book else frozenset())
    behind, before = _split_leading(before, BEHIND_IT if half_title else frozenset())
    opening, before = _split_leading(before, BEFORE_CONTENTS if book else frozenset())
    front, rest = _split_leading(before, FRONT if book else frozenset())
    if rest:  # the text begins on the right, as what precedes it does
        before = rest
    name_fields, addresses = name_line(edition, options), only_used(document)
    wishes = tuple(_wishes(edition, options, metadata))
    markup = renderer.whole_page(
        "page",
        half_title=renderer.render(half_title),
        behind=renderer.render(behind),
        opening=renderer.render(opening),
        front=renderer.render(front if rest else ()),
        logo=logo(document),
        document=document,
        body=renderer.render(before),
        notes=document.notes if place == "end" else (),
        after=renderer.render(after),
        addresses=addresses,
        explains_page_marks=renderer.large_line > 0 and has_page_marks(document),
        shows_contents=prints_contents(document),
        contents_in_columns=fits_columns(document),
        kind=(*kind(sheet), *wishes, *filter(None, (metadata.kind,))),
        name_line=name_fields,
        byline=byline(metadata),
        editors=edited_by(metadata),
        timing_total=total(document),
        imprint=imprint(metadata),
    )
    traits = {
        Trait.NAME_LINE: name_fields,
        Trait.ADDRESSES: addresses,
        Trait.END_NOTE: place == "end" and document.notes,
        Trait.MARGIN_NOTE: place == "margin" and any(map(is_plain, document.notes)),
        Trait.FORMULA_IMAGE: images and images.assets,
        Trait.TEX: images and images.findings,
    }
    renderer.record(*(trait for trait, is_there in traits.items() if is_there))
    inventory = renderer.inventory()
    text = str(markup)
    has_first_letters = learn_letters(metadata) and not is_large
    counted = small_letters(0, metadata.lang) if "letters" in inventory.constructs else ""
    styles = (
        *sheets(environment, "pdf", "style", "hung" if sheet.hangs else "", "book" if book else ""),
        *construct_styles(environment, "pdf", inventory.constructs),
        *theme_styles,
        *sheets(environment, "pdf", "in-columns" if sheet.columns > 1 else ""),
        Style("sheet.css", css(sheet, metadata, folio)),
        *kind_styles(environment, "pdf", metadata),
        Style("panels.css", _panels(document, sheet, edition) if "folded" in wishes else ""),
        *sheets(environment, "pdf", "first-letters" if has_first_letters else ""),
        Style("widths.css", "\n".join(renderer.rules.values())),
        *look_styles(environment, edition.look, document),
        *sheets(environment, "pdf", "kept-pages" if edition.same_pages else ""),
        Style("folios.css", standard_folio_css(metadata) if edition.same_pages else ""),
        Style("head.css", head_css(edition, metadata)),
        *sheets(environment, "pdf", "answers" if edition.part == "answers" else ""),
    )
    return Pages(
        edition=edition.name,
        same_pages=edition.same_pages,
        stem=stem,
        metadata=metadata,
        pages=(Page("index.xhtml", metadata.title, text),),
        inventory=inventory,
        styles=tuple(style for style in styles if style.css),
        faces=(
            *(LARGE_PRINT_FACES if is_large else FACES),
            *own_faces(metadata),
            *(face for font in fonts_for(text + counted) for face in font.faces),
            *drawing_faces(document.assets),
        ),
        assets=(
            *for_print(
                document, sheet, options.image_resolution or IMAGE_RESOLUTION, is_large=is_large
            ),
            *(images.assets if images else ()),
        ),
        contents=nav_points(document.contents, renderer.href),
        pieces=renderer.places.pieces,
        places=first_places(document) if characters_beyond(text) else (),
        sheet=sheet,
        findings=tuple(images.findings) if images else (),
    )


def _renderer(
    document: Document,
    edition: Edition,
    sheet: Sheet,
    place: NotePlace,
    environment: jinja2.Environment,
    memo: Memo,
) -> NodeRenderer:
    """The renderer of the nodes, with the measures of this sheet."""
    renderer = NodeRenderer(
        environment,
        "pdf",
        document,
        memo,
        in_contents=frozenset(targets(document.contents)),
        note_place=place,
        has_fields=edition.fields,
    )
    if edition.look == "large":
        renderer.large_line = sheet.measure / POINT
    settings = tables.settings if renderer.large_line else table_settings
    renderer.table_lines, renderer.turned_tables = settings(sheet), settings(turn_sheet(sheet))
    if edition.name == STANDARD_PRINT:
        renderer.places = TextPlaces(document)
    if fit_for(edition, document.metadata):
        renderer.places_in = document
    return renderer


def _formula_images(
    renderer: NodeRenderer, document: Document, sheet: Sheet, css_of_theme: str, *, has_mathml: bool
) -> Any:
    """The images that a renderer gets of formulas, in the colours of the theme; None if there are
    none."""
    if not needed("formulas", document):
        return None
    from pipeline.features.formulas.formula_images import FormulaImages

    images = renderer.formula_images = FormulaImages(document)
    images.has_mathml = has_mathml
    images.room = sheet.line / POINT / sheet.text - EQUATION_INDENT
    letter = WRITTEN_LETTER * sheet.writing + LEAST_LETTER
    images.letter = letter / POINT / sheet.text
    images.writing_line = sheet.writing / POINT / sheet.text
    if renderer.large_line:
        images.large_room = tables.line(sheet) - EQUATION_NUMBER
    colours = {name.lower(): value.lower() for name, value in COLOUR.findall(css_of_theme)}
    images.ink = colours.get("ink", images.ink)
    images.accent = colours.get("accent", images.accent)
    images.draw_many()
    return images


def _theme_styles(
    environment: jinja2.Environment, edition: Edition, metadata: Metadata
) -> tuple[Style, ...]:
    """The styles of the theme, and of the publisher. How large print looks follows from the
    guidelines for it."""
    theme = sheet_module.options_for(edition, metadata).theme if edition.look != "large" else None
    return (
        Style("theme.css", read_text(environment, f"themes/{theme or 'classic'}.css")),
        Style("brand.css", print_rules(metadata.brand.accent)),
    )


def _split_leading(
    blocks: tuple[Block, ...], roles: frozenset[str]
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The parts with one of these roles that a text begins with, and the rest of it."""
    belongs = [isinstance(block, model.Section) and block.role in roles for block in blocks]
    count = belongs.index(False) if False in belongs else len(blocks)
    return blocks[:count], blocks[count:]


def kind(sheet: Sheet) -> tuple[str, ...]:
    """The classes of a page: its layout, whether it has a margin column or text columns, and short
    lines."""
    classes = ["book" if sheet.is_book else "handout"]
    if sheet.hangs:
        classes.append("hung")
    if sheet.columns > 1:
        classes.append("in-columns")
    if sheet.line < LEAST_EMS_BESIDE * sheet.text * POINT:
        classes.append("narrow")
    return tuple(classes)


def _wishes(edition: Edition, options: PrintOptions, metadata: Metadata) -> Iterator[str]:
    """The classes of a page for what its author wants, and its kind has."""
    traits = KINDS[metadata.kind].traits
    yield from traits
    if "panels" in traits and edition.imposition in ("booklet", "tri-fold"):
        yield "folded"
    if options.handwriting == "primary":
        yield "guided"
    if options.links == "none":
        yield "without-addresses"


def _panels(document: Document, sheet: Sheet, edition: Edition) -> str:
    """The style by which the sections of a folded document are divided among its pages."""
    if not here("imposition"):
        return ""
    from pipeline.features.imposition import panels

    return panels(document, sheet, edition)


def name_line(edition: Edition, options: PrintOptions) -> tuple[NameField, ...]:
    """The fields at the top of a student's first page; teachers have nothing to hand in."""
    return (options.name_line or ()) if edition.audience == "student" else ()


def table_settings(sheet: Sheet) -> tuple[Setting, Setting]:
    """The lines available to tables, at normal and reduced size: in a handout with the margin
    column, and in columns across all of them."""
    width = sheet.line / POINT
    small = (sheet.measure if sheet.is_book else sheet.measure + sheet.column) / POINT
    gap = 1.08 * sheet.text
    lines = (sheet.size.height - sheet.top - sheet.bottom) / POINT / sheet.leading
    tall = min(12, int(lines * TALL_ROW))
    return (
        Setting(width / sheet.label, gap / sheet.label, tall, rem=sheet.text / sheet.label),
        Setting(
            small / sheet.note,
            gap / 2 / sheet.note,
            tall,
            extra=(small - width) / sheet.note,
            rem=sheet.text / sheet.note,
        ),
    )


def turn_sheet(sheet: Sheet) -> Sheet:
    """The rotated sheet for wide tables."""
    size = replace(sheet.size, width=sheet.size.height, height=sheet.size.width)
    measure = sheet.size.height - sheet.top - sheet.bottom
    return replace(sheet, size=size, measure=measure, column=0, columns=1, gap=0)


def byline(metadata: Metadata) -> tuple[str, ...]:
    """The lines under a handout's title: authors, date, version. From right to left, each name is
    apart: a number beside one in Latin letters would change places with it."""
    vocabulary = words(metadata.lang)
    form = "\u2068{}\u2069" if metadata.direction == "rtl" else "{}"
    names = vocabulary["list_separator"].join(form.format(a.name) for a in metadata.authors)
    date = written_date(metadata.date, vocabulary) if metadata.date else ""
    version = f"{vocabulary['version']} {metadata.version}" if metadata.version else ""
    return tuple(part for part in (names, date, version) if part)


class _ImprintLine(NamedTuple):
    """A line of the imprint; ``href`` is empty if it has no link."""

    text: str
    href: str = ""


def imprint(metadata: Metadata) -> tuple[_ImprintLine, ...]:
    """The people who helped, the publisher, the numbers and the licence."""
    vocabulary = words(metadata.lang)
    lines = [
        _ImprintLine(f"{vocabulary[f'role_{person.role}']}{vocabulary['colon']}{person.name}")
        for person in metadata.contributors
        if f"role_{person.role}" in vocabulary
    ]
    if edition := metadata.edition_statement:
        statement = f"{vocabulary['book_edition']}{vocabulary['colon']}{edition}"
        lines.append(_ImprintLine(statement if edition.isdigit() else edition))
    if publisher := published_by(metadata):
        lines.append(_ImprintLine(f"{vocabulary['published_by']} {publisher}"))
    if series := in_series(metadata):
        lines.append(_ImprintLine(f"{vocabulary['series']}{vocabulary['colon']}{series}"))
    for number in numbers(metadata, ("isbn", "doi", "uri")):
        text = number.address or f"{number.label} {number.value}"
        lines.append(_ImprintLine(text, number.address))
    if metadata.rights:
        lines.append(_ImprintLine(metadata.rights))
    if metadata.licence:
        lines.append(_ImprintLine(metadata.licence.name, metadata.licence.url))
    return tuple(lines)


def note_place(edition: Edition, metadata: Metadata, sheet: Sheet) -> NotePlace:
    """The position of notes: as the metadata has it, if there is room; in large print the end."""
    if edition.look == "large":
        return "end"
    if metadata.notes == "margin" and not sheet_module.has_room_for_notes(sheet):
        return "foot"
    return metadata.notes


def only_used(document: Document) -> tuple[model.Address, ...]:
    """The addresses that the document's links, as they are now, refer to."""
    used = {node.number for _, node, _ in find(document, model.Link)}
    return tuple(address for address in document.addresses if address.number in used)


def first_places(document: Document) -> tuple[CharacterPlace, ...]:
    """The position of each character that may need a special font, in text order.

    Lines within a paragraph are counted by their breaks, so that the line is correct if the
    source's line breaks are unchanged.
    """
    places: dict[str, Span] = {}
    place = Span(0)

    def see(text: str, at: Span) -> None:
        for character in sorted(characters_beyond(text) - places.keys(), key=text.index):
            places[character] = at

    for node in all_nodes(document):
        if at := document.place(node.span):
            place = Span(at.line, 0, 0, at.file)
        match node:
            case model.SoftBreak() | model.LineBreak():
                place = Span(place.line + 1, 0, 0, place.file)
            case model.Text() | model.Code():
                see(node.text, place)
            case model.CodeBlock():
                for number, line in enumerate(node.text.split("\n"), place.line + 1):
                    see(line, Span(number, 0, 0, place.file))
    return tuple(CharacterPlace(character, at) for character, at in places.items() if at.line)
