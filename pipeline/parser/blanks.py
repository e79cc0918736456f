"""Blanks in the model: their widths, and the places where they are not allowed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.codes import Code as Finding
from pipeline.model.codes import diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.tree import BLANK, has

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


def lower(element: Element, span: Span | None, report: Report) -> model.Blank:
    """The blank for an element ``blank``."""
    if element.get("open"):
        message = "The answer that begins with `{` after the blank is never closed."
        report(Finding.UNCLOSED_ANSWER, message, span, "End it with `}`.")
    return blank(int(element.get("length", "4")), element.get("answer", ""), span)


def blank(underscores: int, answer: str = "", span: Span | None = None) -> model.Blank:
    """A blank as wide as its answer needs; with more underscores, authors ask for more."""
    length = max(underscores, _width(answer))
    return model.Blank(answer=answer, size=1 + sum(length > step for step in STEPS), span=span)


def _width(text: str) -> int:
    """The width of a text in letters; a Chinese character counts twice."""
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
