"""The style sheets, the faces and the script of a page, by the constructs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

import jinja2

from pipeline import model
from pipeline.features import FEATURES
from pipeline.model import Asset, Document, Node
from pipeline.model.editions import FormatName
from pipeline.model.faces import DRAWING_FACES, FACES, MATH_FACE, own_faces
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import note_id, reference_id
from pipeline.model.rendered import Face, Sign, Style, Trait
from pipeline.model.sheet import night_rules
from pipeline.model.tree import minutes_of, plain_text
from pipeline.model.words.writing_conventions import ALPHABETS
from pipeline.model.writing_systems import fonts_for
from pipeline.render.environment import read_text

# --- constructs ------------------------------------------------------------------------------
#
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
    "quotations": {"pull-quote", "epigraph", "attribution"},
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
#
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


def kind_styles(environment: jinja2.Environment, metadata: Metadata) -> tuple[Style, ...]:
    """The styles of a kind of publication on paper, if it has any."""
    css = read_sheet(environment, f"pdf/kinds/{metadata.kind}.css") if metadata.kind else ""
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
