"""Says in the markup which piece of the source's text comes next. The packager needs that to tell
where pages begin."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.marks import TEXT
from pipeline.model import Document, Node
from pipeline.pagination import Piece, leaves

NOTHING = Markup("")


class TextPlaces:
    """The `pieces` of text in a document, if there is one. A piece that is used again, in the
    contents say, is marked once."""

    def __init__(self, document: Document | None = None) -> None:
        found = tuple(leaves(document)) if document else ()
        self.pieces: tuple[Piece, ...] = tuple(Piece(*leaf[1:4]) for leaf in found)
        self._numbers: dict[int, list[int]] = {}
        for number in reversed(range(len(found))):
            self._numbers.setdefault(id(found[number].node), []).append(number)

    def mark(self, node: Node) -> Markup:
        """What stands before the markup of ``node``."""
        numbers = self._numbers.get(id(node))
        return Markup(f"<?{TEXT} {numbers.pop()}?>") if numbers else NOTHING
