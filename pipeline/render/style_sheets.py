"""The style sheets, the faces and the script of a page, by the constructs on it; and the rules of
its sheet: sizes, margins, running heads and feet, and page numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

import jinja2

from pipeline import model
from pipeline.features import FEATURES
from pipeline.model import Asset, Document, Node
from pipeline.model.css_addresses import string
from pipeline.model.editions import EDITIONS, Edition, FormatName
from pipeline.model.faces import DRAWING_FACES, FACES, MATH_FACE, own_faces
from pipeline.model.formula_gaps import GAP
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import note_id, reference_id
from pipeline.model.page_map import HYPHEN
from pipeline.model.paper import POINT, Sheet
from pipeline.model.rendered import Face, Sign, Style, Trait
from pipeline.model.sheet import FOOTER, FOOTER_OF_BOOK, SIDE, night_rules
from pipeline.model.tree import minutes_of, plain_text
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import ALPHABETS
from pipeline.model.writing_systems import fonts_for
from pipeline.render.environment import read_text

# --- folios ----------------------------------------------------------------------------------
# Text as a value in a style sheet, and the parts of page numbers.


class Folio(NamedTuple):
    """CSS ``content`` of a page's number, the total, and what marks a continued page."""

    page: str = "counter(page)"
    pages: str = "counter(pages)"
    further: str = ""


def standard_folio(pages: int) -> Folio:
    """The numbers of the standard print edition, with its number of ``pages``."""
    return Folio("string(folio, first)", f'"{pages}"', "string(further, first-except)")


def standard_folio_css(metadata: Metadata) -> str:
    """The styles that set the page numbers of `standard_folio`."""
    further = string(words(metadata.lang)["page_further"].removeprefix("{page}"))
    return f"[data-page-name] {{ string-set: folio attr(data-page-name), further {further} }}\n"


def head_css(edition: Edition, metadata: Metadata) -> str:
    """The styles that set what distinguishes an edition at the head of each page: that it is for
    teachers, if its pages are those of pupils, its version, and what the author has named its
    level."""
    is_for_teachers = edition.audience == "teacher" and edition.same_pages
    edition_name = EDITIONS["teacher"].in_words(words(metadata.lang))
    heads = (
        f"{edition_name[:1].upper()}{edition_name[1:]}" if is_for_teachers else "",
        edition.version,
        next((text for level, text in metadata.levels if level.lower() == edition.level), ""),
    )
    text = " · ".join(filter(None, heads))
    empty = "@page :blank { @top-center { content: none } }\n" if is_for_teachers else ""
    return f"@page {{ @top-center {{ content: {string(text)} }} }}\n{empty}" if text else ""


def content(pattern: str, **values: str) -> str:
    """A pattern as the value of `content`, with CSS for its fields."""
    texts = re.split(r"\{(\w+)\}", pattern)
    return " ".join(
        values[text] if number % 2 else string(text) for number, text in enumerate(texts)
    )


# --- sheet rules -----------------------------------------------------------------------------
# The style rules of a sheet: its sizes, margins, running heads and feet; and the print styles of
# the web page, as far as browsers support them: the handout's paper and sizes.

HYPHENS = f"html {{ hyphenate-character: {string(HYPHEN)} }}\n"
"""The hyphen that the packager knows for ours; a theme does not say it, for it may be replaced."""

OPENING = ":is(.level-1 > h2, .part > .level-2 > h3)"
"""The headings that chapters open with, which running heads repeat."""

ABOVE_FOOT, LEAST_ABOVE_FOOT = 1.5, 0.25
"""Lines between the text and the foot of the page."""

BELOW_FOOT = 5
"""Millimetres between the foot and the edge of the paper, if there is room."""


def css(sheet: Sheet, metadata: Metadata, folio: Folio = Folio()) -> str:  # noqa: B008
    """The sizes as variables, the page's size and margins, and its running heads and feet."""
    furniture = _furniture(sheet, metadata, folio)
    page = "".join((page_box(sheet), _raised_foot(sheet)))
    return "".join((_variables(sheet), HYPHENS, page, furniture, _turn(sheet)))


BLEED = 3
"""Millimetres beyond the edge of the paper, up to which pictures go that are cut there."""

CAPITAL = 0.67
"""The height of a capital relative to the type size: a drop cap stands on the third line."""


def _variables(sheet: Sheet) -> str:
    points = {
        "note-size": sheet.note,
        "note-leading": sheet.note_leading,
        "label-size": sheet.label,
        "label-leading": sheet.label_leading,
        "code-size": sheet.code,
        "heading-size": sheet.heading,
        "title-size": sheet.title,
        "drop-cap": sheet.text + 2 * sheet.leading / CAPITAL,
    }
    height = sheet.size.height - sheet.top - sheet.bottom
    lengths = {
        "column": sheet.column,
        "column-gap": sheet.gap,
        "measure": sheet.measure,
        "writing-line": sheet.writing,
        "text-height": height,
        "image-height": height * sheet.picture,
        "edge": max(sheet.inner, sheet.outer) + BLEED,
    }
    values = [f"--{name}: {_number(value)}pt" for name, value in points.items()]
    values += [f"--{name}: {_number(value)}mm" for name, value in lengths.items()]
    size = f"font-size: {_number(sheet.text)}pt; line-height: {_number(sheet.leading)}pt"
    return f"html {{ {size}; {'; '.join(values)} }}\n"


def page_box(sheet: Sheet) -> str:
    """The page's size, and its margins."""
    size = f"{_number(sheet.size.width)}mm {_number(sheet.size.height)}mm"
    right = _millimetres((sheet.top, sheet.outer, sheet.bottom, sheet.inner))
    if not sheet.mirrored:
        return f"@page {{ size: {size}; margin: {right} }}\n"
    left = _millimetres((sheet.top, sheet.inner, sheet.bottom, sheet.outer))
    return (
        f"@page {{ size: {size} }}\n"
        f"@page :left {{ margin: {left} }}\n"
        f"@page :right {{ margin: {right} }}\n"
    )


def _raised_foot(sheet: Sheet) -> str:
    """The foot nearer to the text, if the margin is too small for its usual position."""
    room = (sheet.bottom - BELOW_FOOT) / POINT - sheet.note_leading
    lines = math.floor(4 * room / sheet.leading) / 4
    if lines >= ABOVE_FOOT:
        return ""
    above = f"padding-top: {max(LEAST_ABOVE_FOOT, lines):g}rlh"
    return f"@page {{ @bottom-left {{ {above} }} @bottom-right {{ {above} }} }}\n"


def _furniture(sheet: Sheet, metadata: Metadata, folio: Folio) -> str:
    """A handout's foot: the title, and “2 of 4”, which is at the outer edge where pages are
    mirrored. A book's running heads and folios, at the outer edges."""
    title, footer = string(metadata.title), metadata.brand.footer
    if not sheet.is_book:
        text = words(metadata.lang)["page_of"]
        number = f"{content(text, page=folio.page, pages=folio.pages)} {folio.further}"
        start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
        footnotes = f"@page {{ @footnote {{ margin-{start}: {_number(sheet.column)}mm }} }}\n"
        below = ""
        if footer:
            title = string(f"{metadata.title}\n{footer}")
            below = f"; width: {FOOTER:.0%}; white-space: pre-line !important"
        if sheet.mirrored:
            return footnotes + "".join(
                f"@page :{outer} {{ @bottom-{inner} {{ content: {title}{below} }}"
                f" @bottom-{outer} {{ content: {number} }} }}\n"
                for outer, inner in (("left", "right"), ("right", "left"))
            )
        return footnotes + (
            f"@page {{ @bottom-{start} {{ content: {title}{below} }}"
            f" @bottom-{end} {{ content: {number} }} }}\n"
        )
    centred = ""
    if footer:
        centred = (
            f"@page {{ @bottom-center {{ content: {string(footer)}; width: {FOOTER_OF_BOOK:.0%};"
            " text-align: center; vertical-align: top; padding-top: 1.5rlh } }\n"
            "@page front { @bottom-center { content: none } }\n"
            "@page :blank { @bottom-center { content: none } }\n"
        )
    publication, chapter = "string(publication, first-except)", "string(chapter, first-except)"
    opens = f'publication {title}, part ""'
    return centred + (
        f"@page :left {{ @top-left {{ content: {publication} }}"
        f" @bottom-left {{ content: {folio.page} {folio.further} }} }}\n"
        f"@page :right {{ @top-right {{ content: {chapter} }}"
        f" @bottom-right {{ content: {folio.page} {folio.further} }} }}\n"
        f"{OPENING} {{ string-set: {opens}, chapter content(text) }}\n"
        f'.book .level-1.untitled {{ string-set: {opens}, chapter "" }}\n'
        f"{OPENING}[data-outline] {{ string-set: {opens}, chapter attr(data-outline) }}\n"
        f"{OPENING}[data-short] {{ string-set: {opens}, chapter attr(data-short) }}\n"
    )


def _turn(sheet: Sheet) -> str:
    """The same sheet on its side, without a column before the text."""
    size = f"{_number(sheet.size.height)}mm {_number(sheet.size.width)}mm"
    margins = (SIDE * sheet.size.width, sheet.bottom, sheet.bottom, sheet.top)
    return (
        f"@page landscape {{ size: {size}; margin: {_millimetres(margins)};"
        " @footnote { margin-left: 0; margin-right: 0 } }\n"
    )


def _millimetres(lengths: tuple[float, ...]) -> str:
    return " ".join(f"{_number(length)}mm" for length in lengths)


def _number(value: float) -> str:
    return f"{value:.5g}"


HANGING_IN_TEXT = """\
:is(main, section) > .dialogue > .turn { display: block }
:is(main, section) > .dialogue .speaker { text-align: start }
:is(main, section) > .exercise > .exercise-title > .label { position: static }
"""
"""For paper without a margin column, and for books, which use the margin for it."""

BOOK = "section.level-1:not(:first-child) { break-before: page }\n"


def print_style(sheet: Sheet, metadata: Metadata) -> str:
    """The printed page: its size, margins, foot, and type sizes."""
    hangs = sheet.hangs and not sheet.is_book
    lengths = {"hang": sheet.column if hangs else 0.0, "measure": sheet.measure, "edge": 0.0}
    points = {
        "text": sheet.text,
        "line": sheet.leading,
        "label": sheet.label,
        "small": sheet.note,
        "heading": sheet.heading,
        "title": sheet.title,
        "hand": sheet.writing * 72 / 25.4,
    }
    values = [f"--{name}: {value:.5g}mm" for name, value in lengths.items()]
    values += [f"--{name}: {value:.5g}pt" for name, value in points.items()]
    rules = ("" if hangs else HANGING_IN_TEXT) + (BOOK if sheet.is_book else "")
    sizes = f":root {{ {'; '.join(values)} }}\n"
    return f"@media print {{\n{page_box(sheet)}{_foot(metadata)}{sizes}{rules}}}\n"


def _foot(metadata: Metadata) -> str:
    """The title, and “2 of 4”."""
    title = "\n".join(filter(None, (metadata.title, metadata.brand.footer)))
    number = content(words(metadata.lang)["page_of"], page="counter(page)", pages="counter(pages)")
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    return (
        f"@page {{ @bottom-{start} {{ content: {string(title)} }}"
        f" @bottom-{end} {{ content: {number} }} }}\n"
    )


def large_print_furniture(metadata: Metadata, *, has_page_marks: bool) -> str:
    """The rules for the margins of every page of large print: its number, always in the same
    place, and the number of the standard edition's page that begins here, if known. The publisher's
    line is above the text, where it has room."""
    vocabulary = words(metadata.lang)
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    number = content(vocabulary["page_of"], page="counter(page)", pages="counter(pages)")
    standard = content(vocabulary["standard_page"], page="string(standard-page)")
    boxes = (
        f"@top-{end} {{ content: none }}"
        f" @top-{start} {{ content: {string(metadata.brand.footer)} }}"
        f" @bottom-{start} {{ content: {standard if has_page_marks else 'none'} }}"
        " @bottom-center { content: none }"
        f" @bottom-{end} {{ content: {number}; font-weight: 700 }}"
    )
    # Each side by name: the rules of books are, and would be stronger.
    return f"@page :left {{ {boxes} }}\n@page :right {{ {boxes} }}\n"


# --- constructs ------------------------------------------------------------------------------
# The constructs on a page, recorded as it is rendered; they determine its styles and script.

CONSTRUCTS: dict[str, Set[Sign]] = {
    "page": {Trait.PAGE},
    "article": {Trait.ARTICLE},
    "contents": {Trait.CONTENTS},
    "reading-place": {Trait.PAGE},
    "section-links": {model.Section, model.Heading},
    "tables": {model.Table},
    "figures": {model.FigureGroup},
    "missing": {"missing"},
    "references": {model.CrossReference},
    "numbers": {Trait.NUMBER},
    "caption-lists": {Trait.CAPTION_LISTS},
    "sidebar": {"sidebar"},
    "parts": {"part"},
    "quotations": {"pull-quote", "epigraph", "attribution", "dedication"},
    "verse": {"verse"},
    "letter": {"letter"},
    "columns": {"columns"},
    "landscape": {"landscape"},
    "text-classes": {
        *("center", "left", "right", "wrap", "keep-together", "keep-with-next"),
        *("heading-center", "heading-left", "heading-right"),
        *("lead", "line-block", "small", "small-caps", "drop-cap"),
    },
    "list-markers": {
        *("lower-alpha", "upper-alpha", "lower-roman", "upper-roman"),
        *("closed", "in-brackets"),
    },
    **{name: signs for row in FEATURES.values() for name, signs in row.styles.items()},
    "addresses": {Trait.ADDRESSES},
    "citations": {Trait.ADDRESSES, "biblioref", "address"},
    "code": {model.CodeBlock},
    "highlighting": {Trait.HIGHLIGHTING},
    "exercise": {model.Exercise},
    "marks": {"marks", "score"},
    "rubric": {"rubric"},
    "word-bank": {"word-bank"},
    "choices": {model.Choices},
    "activity": {model.Matching, model.Ordering},
    "letters": {f"letters-{alphabet}" for alphabet in ALPHABETS},
    "blank": {model.Blank, Trait.NAME_LINE},
    "name-line": {Trait.NAME_LINE},
    "writing": {model.WritingLines, model.WritingSpace, model.Matching, model.Ordering},
    "filled-in": {
        *(model.Exercise, model.Blank, model.Choices, model.Matching, model.Ordering),
        *(model.WritingLines, model.WritingSpace),
    },
    "for-teachers": {model.Answer, model.TeacherNote, "for-teachers", "level-label"},
    "timings": {Trait.TIMING},
    "directions": {Trait.PAGE},
    "notes": {model.NoteReference},
    "margin-notes": {Trait.MARGIN_NOTE},
    "end-notes": {Trait.END_NOTE},
    "scrollers": {Trait.SCROLLER, Trait.CONTENTS, model.Table},
    "pictures": {model.Figure, model.FigureGroup, model.Chart},
    "page-marks": {model.PageMark},
}
"""A construct with styles or scripts, and the node or class that indicates it. Its styles are in
``shared/<name>.css`` and, if a format needs more, in ``<format>/<name>.css``; its part of the
script is ``html/<name>.js``."""

WIDE_FORMULA = 28
"""Characters from which on a formula may be wider than a telephone's screen."""

_STROKES = late(r'class="(?:[bx]?cancel|sout)"')


LONGEST_TERM = 60
"""The characters of a term that has room in the margin, next to its definition."""


def hangs(node: model.DefinitionList) -> bool:
    """Return whether the terms of a list have room in the margin: one of them for each entry, and
    none that would be longer than its definition there."""
    terms = [item.terms for item in node.items]
    return max(map(len, terms)) == 1 and all(
        len(plain_text(term)) <= LONGEST_TERM for (term,) in terms
    )


def is_wide_formula(node: model.Math | model.MathBlock) -> bool:
    return len(node.alt) > WIDE_FORMULA


def signs_of(node: Node, format_name: FormatName) -> Iterator[Sign]:
    """The signs that a node adds to its page, whatever its template."""
    yield type(node)
    if minutes_of(node):
        yield Trait.TIMING
    match node:
        case model.Section() if node.number:
            yield Trait.NUMBER
        case model.CodeBlock() if node.tokens and format_name != "epub":
            yield Trait.HIGHLIGHTING
        case model.Link() if node.number:
            yield Trait.ADDRESSES
        case model.InlineElement(name="dfn") if node.attributes.id.startswith("term-"):
            yield Trait.TERM
        case model.Math() | model.MathBlock():
            yield Trait.MATHML if node.mathml else Trait.TEX
            if GAP in node.mathml:  # it is set like one in text
                yield model.Blank
            if _STROKES.search(node.mathml):
                yield Trait.STROKES
            if is_wide_formula(node):
                yield Trait.SCROLLER


def constructs_of(signs: frozenset[Sign]) -> tuple[str, ...]:
    """The names of the constructs indicated by ``signs``, in the order of their styles."""
    return tuple(name for name, telling in CONSTRUCTS.items() if telling & signs)


# --- style sheets ----------------------------------------------------------------------------
# The style sheets, the faces and the script of a page: common ones for its format, and those for
# the constructs that it contains.
#
# The web page is complete without its script. Each part of the script is independent and adds a
# convenience.


def drawing_faces(assets: Iterable[Asset]) -> tuple[Face, ...]:
    """The further faces for text in drawings, and those for their scripts."""
    drawings = [asset.data for asset in assets if asset.is_drawing and asset.data]
    faces = (
        face for face in DRAWING_FACES if any(face.family.encode() in data for data in drawings)
    )
    text = "".join(data.decode() for data in drawings)
    return (*faces, *(face for font in fonts_for(text) for face in font.faces))


def screen_faces(document: Document) -> tuple[Face, ...]:
    """The faces that a web page or an e-book may need."""
    document_faces = own_faces(document.metadata)
    return (*FACES, MATH_FACE, *document_faces, *drawing_faces(document.assets))


def construct_styles(
    environment: jinja2.Environment, format_name: FormatName, constructs: Iterable[str]
) -> tuple[Style, ...]:
    """The styles of some constructs, the shared before the format's own."""
    return tuple(
        Style(f"{folder}-{name}.css" if folder != "shared" else f"{name}.css", css)
        for name in constructs
        for folder in ("shared", format_name)
        if (css := read_sheet(environment, f"{folder}/{name}.css"))
    )


def kind_styles(
    environment: jinja2.Environment, format_name: FormatName, metadata: Metadata
) -> tuple[Style, ...]:
    """The styles of a kind of publication in a format, after those of the kind that it is like."""
    names = filter(None, (KINDS[metadata.kind].like, metadata.kind))
    sheets = (read_sheet(environment, f"{format_name}/kinds/{name}.css") for name in names)
    css = "\n".join(filter(None, sheets))
    return (Style("kind.css", css),) if css else ()


DARK = "screen and (prefers-color-scheme: dark)"
"""The condition for a dark page's colours, unless the reader chooses otherwise."""


def dark_style(environment: jinja2.Environment, constructs: Iterable[str], accent: str) -> Style:
    """All colours of dark mode: the page's, its constructs' and its publisher's."""
    parts = [read_sheet(environment, f"html/dark/{name}.css") for name in ("style", *constructs)]
    return Style("dark.css", "\n".join(filter(None, (*parts, night_rules(accent)))), media=DARK)


def script(environment: jinja2.Environment, constructs: Iterable[str]) -> str:
    """The parts of the script for a page's constructs, in a scope of their own; the first one, for
    all pages, has what the others use."""
    parts = (read_sheet(environment, f"html/{name}.js").strip() for name in constructs)
    code = "\n".join(filter(None, parts))
    return f'"use strict";\n(() => {{\n{code}\n}})();\n'


def read_sheet(environment: jinja2.Environment, name: str) -> str:
    """A style sheet or script of the templates; "" if there is none."""
    try:
        return read_text(environment, name)
    except jinja2.TemplateNotFound:
        return ""


AROUND = "@supports (anchor-name: --a) { @media screen and (min-width: 80em) {\n%s} }\n"


def side_notes(document: Document, environment: jinja2.Environment) -> str:
    """The styles of the notes, where the front matter asks for them in the margin: a note's
    top is that of the line with its number, or the end of the note before, whichever is
    lower."""
    if document.metadata.notes != "margin" or not document.notes:
        return ""
    rules = []
    for note in document.notes:
        anchor, line = f"--{note_id(note.number)}", f"--{reference_id(note.number, 1)}"
        top = f"anchor({line} top, 0px)"
        if note.number > 1:
            before = f"--{note_id(note.number - 1)}"
            top = f"max({top}, anchor({before} bottom, 0px) + 0.75rem)"
        rules.append(f"#{line[2:]} {{ anchor-name: {line} }}\n")
        rules.append(f"#{anchor[2:]} {{ anchor-name: {anchor}; top: {top} }}\n")
    return read_text(environment, "html/side-notes.css") + AROUND % "".join(rules)
