"""The elements of a text by their places in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from pipeline.parser.blockparser import BlockElement
from pipeline.parser.ranges import Place

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class Elements:
    """The elements in ``root``, and the ``parents`` of each; that of the root is itself."""

    def __init__(self, root: BlockElement) -> None:
        self.root = root
        self.parents = {root: root}
        for parent in root.iter():
            if isinstance(parent, BlockElement):
                self.parents.update(dict.fromkeys(parent.blocks, parent))
        self._has_cells = False
        self._cells: dict[tuple[BlockElement, int], list[BlockElement]] = {}
        for cell in [each for each in self.parents if each.tag == "cell"]:
            self._has_cells = True
            table = self.parents[self.parents[cell]]
            for line in cell.state:
                self._cells.setdefault((table, line.number), []).append(cell)
        self._blocks: dict[BlockElement, tuple[list[BlockElement], list[Place]]] = {}

    def innermost(self, place: Place) -> BlockElement:
        """The innermost element around a place, headings apart."""
        return self._innermost(place, lambda element: element.tag not in HEADINGS)

    def container_at(self, place: Place) -> BlockElement:
        """The innermost element around a place that can have blocks in it."""
        return self._innermost(place, lambda element: not element.lines)

    def heading_at(self, place: Place) -> BlockElement | None:
        """The heading at a place."""
        innermost = self._innermost(place, lambda element: True)
        return innermost if innermost.tag in HEADINGS else None

    def cell_at(self, place: Place) -> BlockElement | None:
        """The cell of a grid table around a place."""
        element = self.innermost(place) if self._has_cells else self.root
        while element is not self.root and element.tag != "cell":
            element = self.parents[element]
        return None if element is self.root else element

    def beside(self, element: BlockElement) -> tuple[list[BlockElement], list[BlockElement]]:
        """The block before an element, if there is one, and the one after it."""
        blocks, starts = self._in(self.parents[element])
        at = bisect_right(starts, (element.line, element.column)) - 1
        return blocks[max(0, at - 1) : at], blocks[at + 1 : at + 2]

    def _innermost(self, place: Place, counts: Callable[[BlockElement], bool]) -> BlockElement:
        element = self.root
        while True:
            inner = self._cell_in(element, place)
            if inner is None:
                blocks, starts = self._in(element)
                at = bisect_right(starts, place) - 1
                inner = blocks[at] if at >= 0 else None
            if inner is None or place[0] > max(inner.end, inner.last_read) or not counts(inner):
                return element
            element = inner

    def _cell_in(self, table: BlockElement, place: Place) -> BlockElement | None:
        """The cell around a place in a grid table, whose cells share lines."""
        cells = self._cells.get((table, place[0]), ())
        beside = (cell for cell in cells if cell.column <= place[1])
        return max(beside, key=lambda cell: cell.column, default=None)

    def _in(self, element: BlockElement) -> tuple[list[BlockElement], list[Place]]:
        """The blocks in an element, and where they begin, in order."""
        if element not in self._blocks:
            blocks = sorted(element.blocks, key=lambda block: (block.line, block.column))
            self._blocks[element] = blocks, [(block.line, block.column) for block in blocks]
        return self._blocks[element]
