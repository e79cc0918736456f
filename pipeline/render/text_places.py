"""Records in the markup which piece of the source's text follows, so that the packager can tell
where pages begin, and where blocks are in the source, for messages about printed pages."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup, escape

from pipeline.model import Block, Container, Dialogue, Document, Inline, Node, Section
from pipeline.model.late import late
from pipeline.model.page_map import PagePiece, leaves
from pipeline.model.print_marks import PLACE, TEXT
from pipeline.model.tree import walk

NOTHING = Markup("")


class TextPlaces:
    """The `pieces` of text in a document, if there is one. A piece that occurs again, in the
    contents for example, is marked once. Nodes are identified by identity (`id`), and not by
    position: a template may show them in any order, and passes single nodes."""

    def __init__(self, document: Document | None = None) -> None:
        all_leaves = tuple(leaves(document)) if document else ()
        self.pieces: tuple[PagePiece, ...] = tuple(PagePiece(*leaf[1:4]) for leaf in all_leaves)
        self._numbers: dict[int, list[int]] = {}
        for number in reversed(range(len(all_leaves))):
            self._numbers.setdefault(id(all_leaves[number].node), []).append(number)

    def mark(self, node: Node) -> Markup:
        """The mark before the markup of ``node``."""
        numbers = self._numbers.get(id(node))
        return Markup(f"<?{TEXT} {numbers.pop()}?>") if numbers else NOTHING

    def filled(self, node: Node, parts: Sequence[str]) -> Markup | None:
        """The markup of ``node`` from the parts between its pieces; None if not all are its own."""
        if not self._numbers:
            return Markup(parts[0]) if len(parts) == 1 else None
        pieces = [inner for inner in walk(node) if id(inner) in self._numbers]
        counts = Counter(map(id, pieces))
        if len(pieces) + 1 != len(parts) or any(len(self._numbers[k]) < counts[k] for k in counts):
            return None
        marks = (f"<?{TEXT} {self._numbers[id(inner)].pop()}?>" for inner in pieces)
        between = itertools.chain.from_iterable(zip(marks, parts[1:], strict=True))
        return Markup("".join((parts[0], *between)))


HOLDERS = (Section, Dialogue, Container)
"""Nodes whose place is given by the blocks in them."""

TAG = late(r"(\s*<[a-z][a-z0-9]*)")


def with_place(node: Block | Inline, markup: Markup, document: Document) -> Markup:
    """The markup of a block of a document with its place in its first tag."""
    span = document.place(node.span)
    if not isinstance(node, Block) or isinstance(node, HOLDERS) or span is None:
        return markup
    place = escape(f"{span.file or document.source}:{span.line}")
    tag = TAG.match(markup)
    if tag is None:
        return markup
    return Markup(f'{tag[1]} {PLACE}="{place}"{markup[tag.end() :]}')
