"""Says in the markup which piece of the source's text comes next, in processing instructions,
which no reader of XML takes for content. The packager needs that to tell where pages begin."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup

from pipeline.model import Document, Node
from pipeline.pagination import Leaf, leaves

NOTHING = Markup("")


class TextPlaces:
    """The places of the pieces of text in a document, if there is one. A piece that is used again,
    in the contents say, is marked once."""

    def __init__(self, document: Document | None = None) -> None:
        self._leaves: dict[int, list[Leaf]] = {}
        for leaf in leaves(document) if document else ():
            self._leaves.setdefault(id(leaf.node), []).append(leaf)
        for found in self._leaves.values():
            found.reverse()

    def mark(self, node: Node) -> Markup:
        """What stands before the markup of ``node``."""
        found = self._leaves.get(id(node))
        if not found:
            return NOTHING
        leaf = found.pop()
        place = leaf.position
        return Markup(
            f"<?text {place.block} {quote(place.file)}:{place.line}:{place.column}:{place.nth}"
            f" {leaf.offset} {leaf.letters}?>"
        )
