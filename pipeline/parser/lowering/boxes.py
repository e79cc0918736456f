"""Boxes: GitHub's alerts, and what Python-Markdown calls admonitions."""

from __future__ import annotations

import re

from pipeline.diagnostics import Span
from pipeline.model import (
    Admonition,
    Block,
    Inline,
    LineBreak,
    Paragraph,
    SoftBreak,
    Text,
)
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import boxes

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


def admonition(
    written: str, title: tuple[Inline, ...], children: tuple[Block, ...], span: Span
) -> Admonition:
    """The box that ``!!! written`` begins. A kind that is not known is a note's class, and
    its title where it has none."""
    word, *classes = written.split()
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
