"""Blanks in the model: their widths, and the places where they are not allowed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.codes import Code as Finding
from pipeline.model.codes import diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.tree import BLANK, Changes, has, rewrite, rewrite_document
from pipeline.parser.inlines import AnswerPart, BlankSpan

Report = Callable[[Finding, str, "Span | None", str], None]

STEPS = (6, 14, 28)
"""The maximum number of letters of an answer in a blank of size 1, 2 and 3."""

NO_PLACE: dict[type[Node], tuple[str, str]] = {
    model.Heading: ("children", "A heading"),
    model.Link: ("children", "A link"),
    model.Table: ("caption", "A caption"),
    model.Figure: ("caption", "A caption"),
    model.FigureGroup: ("caption", "A caption"),
    model.Chart: ("caption", "A caption"),
    model.CodeBlock: ("caption", "A caption"),
    model.Admonition: ("title", "A title"),
    model.Exercise: ("title", "A title"),
    model.TeacherNote: ("title", "A title"),
}
"""Fields in which blanks are not allowed, and their names in messages."""


_SPACES = late(r"\s+")
_UNSEEN = late(r"\\[A-Za-z]+|[\s{}^_\\]")
"""The signs of TeX in a formula that are not seen."""

_VALUE = late(r"\{\{[^{}\n]{1,300}\}\}")


def lower(element: BlankSpan, span: Span | None, report: Report) -> model.Blank:
    """The blank for an element ``blank``."""
    if element.get("open"):
        message = "The answer that begins with `{` after the blank is never closed."
        report(Finding.UNCLOSED_ANSWER, message, span, "End it with `}`.")
    elif element.get("spaced"):
        message = "The text in braces after this blank is withheld from students, as its answer."
        hint = "Leave out the space before it, or write `\\{` if students should get it."
        report(Finding.LIKELY_SLIP, message, span, hint)
    return blank(int(element.get("length", "4")), tuple(_answer(element.answer, span)), span)


def _answer(parts: Iterable[AnswerPart], span: Span | None) -> Iterator[str | model.Math]:
    """The parts of an answer, without white space around it and with single spaces in it."""
    texts = [
        part if part.offset else part._replace(text=_SPACES.sub(" ", part.text)) for part in parts
    ]
    if texts:
        texts[0] = texts[0]._replace(text=texts[0].text.lstrip())
        texts[-1] = texts[-1]._replace(text=texts[-1].text.rstrip())
    for text, offset in texts:
        if offset:
            place = span and Span(span.line, span.column + offset, file=span.file)
            yield model.Math(tex=text, span=place)
        elif text:
            yield text


def blank(underscores: int, answer: model.Answered = (), span: Span | None = None) -> model.Blank:
    """A blank as wide as its answer needs; with more underscores, authors ask for more."""
    length = max(underscores, sum(map(_width, answer)))
    return model.Blank(answer=answer, size=1 + sum(length > step for step in STEPS), span=span)


def _width(part: str | model.Math) -> int:
    """The width of a text in letters; a Chinese character counts twice. Of a formula, that of its
    letters and signs. Values that are still to be filled in count once they are."""
    text = _VALUE.sub("", part if isinstance(part, str) else part.tex)
    text = text if isinstance(part, str) else _UNSEEN.sub("", text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def settle_blanks(document: Document) -> Document:
    """The document with blanks only where they are allowed: elsewhere they become underscores. A
    misplaced blank with an answer, which would be lost, is a MISPLACED_BLANK error."""
    if not has(document, model.Blank):
        return document
    found: list[Diagnostic] = []

    def enter(node: Node) -> Node:
        if isinstance(node, model.Container):
            field, name = "children" if node.name == "summary" else "", "A summary"
        else:
            field, name = NO_PLACE[type(node)]
        if not field:
            return node

        def take(blank: model.Blank) -> model.Text:
            if blank.answer:
                message = f"{name} cannot have a blank with an answer."
                hint = "Put the blank into the text below."
                span = blank.span or node.span
                found.append(diagnostic(Finding.MISPLACED_BLANK, message, span=span, hint=hint))
            return model.Text(text=BLANK)

        before: tuple[Node, ...] = getattr(node, field)
        after = rewrite(before, leave={model.Blank: take})
        return node if after is before else replace(node, **{field: after})

    changes: Changes = dict.fromkeys((*NO_PLACE, model.Container), enter)
    document = rewrite_document(document, enter=changes)
    return replace(document, diagnostics=(*document.diagnostics, *found))
