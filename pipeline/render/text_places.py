"""Says in the markup which piece of the source's text comes next, by which the packager can tell
where pages begin, and where blocks stand in the source, for messages about the printed page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from pipeline.marks import PLACE, TEXT
from pipeline.model import Block, Container, Dialogue, Document, Inline, Node, Section
from pipeline.pagination import PagePiece, leaves

NOTHING = Markup("")


class TextPlaces:
    """The `pieces` of text in a document, if there is one. A piece that is used again, in the
    contents say, is marked once."""

    def __init__(self, document: Document | None = None) -> None:
        found = tuple(leaves(document)) if document else ()
        self.pieces: tuple[PagePiece, ...] = tuple(PagePiece(*leaf[1:4]) for leaf in found)
        self._numbers: dict[int, list[int]] = {}
        for number in reversed(range(len(found))):
            self._numbers.setdefault(id(found[number].node), []).append(number)

    def mark(self, node: Node) -> Markup:
        """What stands before the markup of ``node``."""
        numbers = self._numbers.get(id(node))
        return Markup(f"<?{TEXT} {numbers.pop()}?>") if numbers else NOTHING


HOLDERS = (Section, Dialogue, Container)
"""What is told by the blocks in it."""

TAG = re.compile(r"(\s*<[a-z][a-z0-9]*)")


def with_place(node: Block | Inline, markup: Markup, document: Document) -> Markup:
    """The markup of a block of a document with its place in its first tag."""
    span = document.place(node.span)
    if not isinstance(node, Block) or isinstance(node, HOLDERS) or span is None:
        return markup
    place = escape(f"{span.file or document.source}:{span.line}")
    found = TAG.match(markup)
    if found is None:
        return markup
    return Markup(f'{found[1]} {PLACE}="{place}"{markup[found.end() :]}')
