"""The passages of a document that an edition has to hold, in the order they are read in."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model import (
    Bibliography,
    BibliographyEntry,
    Blank,
    Chart,
    Choices,
    Citation,
    CodeBlock,
    CrossReference,
    Figure,
    FigureGroup,
    Heading,
    Image,
    Index,
    IndexEntry,
    IndexReference,
    LineBreak,
    Link,
    Matching,
    Math,
    MathBlock,
    Node,
    NoteReference,
    Ordering,
    PageMark,
    Paragraph,
    Plain,
    Section,
    SoftBreak,
    Table,
    TableCell,
    Variable,
)
from pipeline.model.diagnostics import Span
from pipeline.model.page_map import HOLDERS, counted_text, letters
from pipeline.model.tree import walk_with

PARTED = (
    Variable,
    Citation,
    Image,
    Math,
    MathBlock,
    Blank,
    Link,
    NoteReference,
    PageMark,
    LineBreak,
    CodeBlock,
    CrossReference,
    IndexEntry,
    IndexReference,
    BibliographyEntry,
)
"""Inline nodes with symbols of their own, or words that an edition adds: the text before, inside
and after them is in separate passages."""

FREE = (Chart, Choices, Figure, FigureGroup, Index, Matching, Ordering, Bibliography, CodeBlock)
"""Nodes that an edition may lay out in its own order: captions above or below, sides in rows."""

REPEATED = (Heading, Section, Table, TableCell, Figure, FigureGroup, Chart, CodeBlock, Index)
"""Nodes that may well be said again: in contents, in lists, in the head of a table's next page."""


class Passage(NamedTuple):
    """Text without a break: its ``letters``, and the same as it is read; the ``span`` of its
    block; the number of the ``group`` within which order does not matter, or 0; whether it may be
    ``repeated``; whether text around it is read from right to left (``rtl``)."""

    letters: str
    text: str
    span: Span | None = None
    group: int = 0
    repeated: bool = False
    rtl: bool = False


class _Block(NamedTuple):
    """The block around text: its data for a `Passage`; whether it is ``within`` a chart, and
    whether it is left ``out``, as are the data of a drawn chart. ``nth`` distinguishes blocks."""

    nth: int = 0
    span: Span | None = None
    group: int = 0
    repeated: bool = False
    within: bool = False
    out: bool = False
    rtl: bool = False


def passages(
    nodes: Iterable[Node],
    *,
    drawn: bool = False,
    free: tuple[type[Node], ...] = FREE,
    rtl: bool = False,
) -> Iterator[Passage]:
    """The passages of some nodes of a resolved document. Where images are ``drawn``, and nothing
    else, their text alternatives are not among them, nor the data of charts. Nodes that are
    ``free`` have an order of their own. ``rtl``: they are read from right to left."""
    count = itertools.count(1)
    read: list[str] = []
    current = _Block(rtl=rtl)

    def inherit(node: Node, block: _Block) -> _Block:
        if not isinstance(node, (*HOLDERS, *PARTED)):
            return block
        nth = next(count)
        repeated = not isinstance(node, Paragraph | Plain) and (
            block.repeated or isinstance(node, REPEATED)
        )
        return _Block(
            nth,
            (node.span if isinstance(node, HOLDERS) else None) or block.span,
            block.group or (nth if isinstance(node, free) else 0),
            repeated,
            block.within or isinstance(node, Chart),
            block.out or (drawn and block.within and isinstance(node, Table)),
            block.rtl or node.attributes.get("dir") == "rtl",
        )

    def finished() -> Iterator[Passage]:
        text = "".join(read)
        read.clear()
        if (found := letters(text)) and not current.out:
            yield Passage(
                found, text.strip(), current.span, current.group, current.repeated, current.rtl
            )

    for node, block in walk_with(nodes, current, inherit):
        if block.nth != current.nth:
            yield from finished()
            current = block
        if isinstance(node, CodeBlock):
            for line in node.text.splitlines():
                read.append(line)
                yield from finished()
        elif isinstance(node, Image):
            read.append("" if drawn and not node.missing else node.alt)
        else:
            read.append(" " if isinstance(node, SoftBreak) else counted_text(node))
    yield from finished()
