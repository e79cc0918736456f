"""Boxes: GitHub's alerts, and what Python-Markdown calls admonitions."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.diagnostics import Span
from pipeline.model import (
    Admonition,
    Answer,
    Block,
    Inline,
    LineBreak,
    Paragraph,
    SoftBreak,
    Strong,
    TeacherNote,
    Text,
)
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import boxes
from pipeline.parser.secrets import said

_SECRET_ALERT = re.compile(r"\[!([^\]]+)\][+-]?")
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$", re.I)


def alert(element: BlockElement, blocks: tuple[Block, ...], span: Span) -> Admonition | None:
    """The alert that GitHub makes of a block quote that begins with ``[!NOTE]``; ``blocks``
    are those of the quote."""
    first = element[0] if len(element) else None
    if not isinstance(first, BlockElement) or first.tag != "p" or not first.lines:
        return None
    kind = _ALERT.match(first.lines[0])
    if not kind:
        return None
    opening, *rest = blocks
    assert isinstance(opening, Paragraph)
    left = _after_first_line(opening.children)
    if left:
        begin, end = first.lines[1], first.end
        place = Span(begin.number, begin.offset, end if end > begin.number else 0)
        rest = [Paragraph(children=left, span=place, attributes=opening.attributes), *rest]
    return Admonition(kind=kind[1].lower(), children=tuple(rest), span=span)


def secret_alert(
    element: BlockElement, blocks: tuple[Block, ...], span: Span
) -> Answer | TeacherNote | None:
    """What only teachers get, as a block quote that begins with ``[!SOLUTION]``."""
    first = element[0] if len(element) else None
    if not isinstance(first, BlockElement) or not first.lines:
        return None
    found = _SECRET_ALERT.match(first.lines[0])
    meaning = said(found[1]) if found else None
    if not meaning:
        return None
    opening, *rest = blocks
    assert isinstance(opening, Paragraph)
    left = _after_first_line(opening.children)
    if left:
        rest = [replace(opening, children=left), *rest]
    return _secret(meaning, (), tuple(rest), span)


def _secret(
    meaning: str, title: tuple[Inline, ...], children: tuple[Block, ...], span: Span
) -> Answer | TeacherNote:
    if meaning == "teacher":
        return TeacherNote(title=title, children=children, span=span)
    if title:
        children = (Paragraph(children=(Strong(children=title),), span=span), *children)
    return Answer(children=children, span=span)


def admonition(
    written: str, title: tuple[Inline, ...], children: tuple[Block, ...], span: Span
) -> Admonition | Answer | TeacherNote:
    """The box that ``!!! written`` begins. A kind that is not known is a note's class, and
    its title where it has none."""
    word, *classes = written.split()
    if meaning := said(word):
        return _secret(meaning, title, children, span)
    kind = boxes.ALIASES.get(word, word)
    if kind not in boxes.KINDS:
        kind, classes = "note", [word, *classes]
        title = title or (Text(text=word.capitalize()),)
    attributes = make(classes=tuple(classes))
    return Admonition(kind=kind, title=title, children=children, span=span, attributes=attributes)


def _after_first_line(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    for index, node in enumerate(inlines):
        if isinstance(node, SoftBreak | LineBreak):
            return inlines[index + 1 :]
    return ()
