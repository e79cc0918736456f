"""Boxes: GitHub's alerts, Obsidian's callouts, and what Python-Markdown calls admonitions."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from pipeline.diagnostics import Span
from pipeline.model import (
    Admonition,
    Block,
    BlockQuote,
    Inline,
    LineBreak,
    Paragraph,
    SoftBreak,
    Strong,
    Text,
)
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import boxes
from pipeline.parser.markup.flow import trim

_CALLOUT = re.compile(r"\[!([A-Za-z][\w -]{0,40})(?:\|[^\]]*)?\][+-]?[ \t]*")
QUOTES = frozenset({"quote", "cite"})

Special = Callable[[str, tuple[Inline, ...], tuple[Block, ...]], "tuple[Block, ...] | None"]


def callout(
    element: BlockElement, blocks: tuple[Block, ...], span: Span, special: Special
) -> tuple[Block, ...] | None:
    """The box that GitHub and Obsidian make of a block quote that begins with ``[!NOTE]``, and
    in Obsidian a title after it; ``blocks`` are those of the quote. A name that stands for a
    construct of ours, an answer say, is what ``special`` makes of it."""
    first = element[0] if len(element) else None
    if not isinstance(first, BlockElement) or first.tag != "p" or not first.lines:
        return None
    match = _CALLOUT.match(first.lines[0])
    opening, *rest = blocks
    if not match or not isinstance(opening, Paragraph):
        return None
    name = match[1].strip().lower().replace(" ", "-")
    bare = match.end() == len(first.lines[0].rstrip())
    if bare and len(blocks) == 1 and len(first.lines) == 1 and name not in boxes.NAMES:
        return None  # nothing but a name, in brackets
    title, left = _first_line(opening.children, match[0])
    if left:
        begin, end = first.lines[1], first.end
        place = Span(begin.number, begin.offset, end if end > begin.number else 0)
        rest = [Paragraph(children=left, span=place, attributes=opening.attributes), *rest]
    children = tuple(rest)
    if found := special(name, title, children):
        return found
    if name in QUOTES:
        heading = Paragraph(children=(Strong(children=title),), span=span)
        return (BlockQuote(children=(heading, *children) if title else children, span=span),)
    title = boxes.title_for(name, title)
    return (Admonition(kind=boxes.kind_of(name), title=title, children=children, span=span),)


def admonition(
    written: str,
    title: tuple[Inline, ...],
    children: tuple[Block, ...],
    span: Span,
    special: Special,
) -> tuple[Block, ...]:
    """The box that ``!!! written`` begins. A kind that is not known is a note's class, and
    its title where it has none."""
    word, *classes = written.split()
    if found := special(word, title, children):
        return found
    if word not in boxes.NAMES:
        classes = [word, *classes]
    box = Admonition(
        kind=boxes.kind_of(word),
        title=boxes.title_for(word, title),
        children=children,
        span=span,
        attributes=make(classes=tuple(classes)),
    )
    return (box,)


def _first_line(
    inlines: tuple[Inline, ...], mark: str
) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """What stands in the first line after ``mark``, and what in those after it."""
    at = next(
        (at for at, node in enumerate(inlines) if isinstance(node, SoftBreak | LineBreak)),
        len(inlines),
    )
    line = list(inlines[:at])
    if line and isinstance(line[0], Text):
        line[0] = replace(line[0], text=line[0].text[len(mark) :])
    return trim(line), inlines[at + 1 :]
