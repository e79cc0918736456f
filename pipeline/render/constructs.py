"""The constructs on a page, recorded as it is rendered; they determine its styles and script."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TypeAlias

from pipeline import model
from pipeline.model import Node
from pipeline.model.editions import FormatName
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.tree import minutes_of
from pipeline.model.words.writing_conventions import ALPHABETS

Trait = enum.Enum(
    "Trait",
    "PAGE CONTENTS CAPTION_LISTS NUMBER NAME_LINE TIMING ADDRESSES MARGIN_NOTE END_NOTE TERM"
    " HIGHLIGHTING ARTICLE SCROLLER MATHML STROKES FORMULA_IMAGE TEX",
)
"""A trait of a page that cannot be seen from a node's type or a class of its element."""

Sign: TypeAlias = type[Node] | Trait | str
"""The sign of a construct; a string is a class of an element."""

CONSTRUCTS: dict[str, set[Sign]] = {
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
    "charts": {model.Chart},
    "sidebar": {"sidebar"},
    "tabs": {"tab"},
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
    "math": {Trait.MATHML},
    "strokes": {Trait.STROKES},
    "formulas": {Trait.FORMULA_IMAGE},
    "tex": {Trait.TEX},
    "bibliography": {model.Bibliography},
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
    "index": {model.Index},
    "glossary": {Trait.TERM},
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
