"""ziamath's tables, with lines; and its rows, with each element laid out once: those that stretch
to the height of their row are laid out after the rest, as in MathML Core, instead of laying out the
row twice, which doubles with each level. Importing this module modifies ziamath accordingly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from ziafont.fonttypes import BBox
from ziamath import operators
from ziamath.drawable import Drawable, HLine, VLine
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mspace import Mphantom, Mspace
from ziamath.nodes.mtable import Mtable

from pipeline.model.formula_gaps import GAP

SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
ROW = ("rowymin", "rowymax")


DASH = 4
"""The length of dashes, in widths of the line."""

HIGHEST = 100
"""Ems that a row may be high: brackets around fractions double with each level."""


class TooHighError(Exception):
    """A formula that is higher than any page."""


class _Row(Mrow, tag="mrow"):
    """A row whose children are set once each."""

    def _setup_single_line(self, line: list[Element], **kwargs: Any) -> None:
        children = [child for child in line if child.tag != "mo" or (child.text or "").strip()]
        inner = {name: value for name, value in kwargs.items() if name not in ROW}
        self.nodes = []
        for child in children:
            # Others look at the node to their left: its name is enough.
            grows = _grows(child)
            self.nodes.append(
                _Later(child.tag) if grows else self.fromelement(child, self, **inner)
            )
        lowest, highest = _extent([n for n in self.nodes if not isinstance(n, _Later)])
        if highest - lowest > HIGHEST * self.size:
            raise TooHighError
        inner |= {"rowymin": lowest, "rowymax": highest}
        nodes, self.nodes = self.nodes, []
        self._xadvance, left, right = 0.0, 0.0, 0.0
        for child, node in zip(children, nodes, strict=True):
            if isinstance(node, _Later):
                node = self.fromelement(child, self, **inner)
            self.nodes.append(node)
            self.nodexy.append((self._xadvance, 0))
            left = min(left, self._xadvance + node.bbox.xmin)
            right = max(right, self._xadvance + node.bbox.xmax)
            self._xadvance += node.xadvance()
        self.bbox = BBox(left, right, *_extent(self.nodes))


class Phantom(_Row, Mphantom, tag="mphantom"):
    """A row that takes its room and is not seen."""


class _Space(Mspace, tag="mspace"):
    """A space that leaves a rectangle without colour where it is a gap to fill in."""

    def draw(self, x: float, y: float, svg: Element) -> tuple[float, float]:
        if self.element.get(GAP):
            box = x, y - self.height, self.width, self.height + self.depth
            names = ("x", "y", "width", "height")
            edges = dict(zip(names, (f"{edge:.2f}" for edge in box), strict=True))
            svg.append(Element("rect", {"class": GAP, **edges}))
        end: tuple[float, float] = super().draw(x, y, svg)
        return end


class _Table(Mtable, tag="mtable"):
    """A table with the lines next to its cells."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        lines = [[cell.get("lines", "").split() for cell in row] for row in self.element]
        if not any(map(any, lines)):
            return
        across, down = self._edges([len(row) for row in lines])
        runs: dict[tuple[str, bool, float], list[tuple[float, float]]] = {}
        for row, names in enumerate(lines):
            for column, of_cell in enumerate(names):
                sides = across[column : column + 2], down[row : row + 2]
                for name in of_cell:
                    kind, _, side = name.partition("-")
                    upright = side in ("left", "right")
                    at = sides[not upright][side in ("right", "bottom")]
                    begin, end = sides[upright]
                    pieces = runs.setdefault((kind, upright, at), [])
                    if pieces and pieces[-1][1] == begin:
                        begin = pieces.pop()[0]
                    pieces.append((begin, end))
        for (kind, upright, at), pieces in runs.items():
            for begin, end in pieces:
                self._line(kind, upright, at, begin, end, kwargs)

    def _edges(self, sizes: Sequence[int]) -> tuple[list[float], list[float]]:
        """The ends of columns and rows, which share the room between them equally; the first and
        the last get as much outside."""
        column_gap = self.size_px(self.element.get("columnspacing", "0")) / 2
        over = self.size_px(self.element.get("rowspacing", "0")) / 2
        cells = iter(zip(self.nodes, self.nodexy, strict=True))
        rows = [[next(cells) for _ in range(size)] for size in sizes]
        widths = [max(node.bbox.xmax for node, _ in column) for column in zip(*rows, strict=True)]
        room = self.bbox.xmax - sum(widths) - 2 * column_gap * (len(widths) - 1)
        across = [room / 2]
        for width in widths:
            across.append(across[-1] + width + 2 * column_gap)
        down = [-self.bbox.ymax - over]
        down += [max(y - node.bbox.ymin for node, (_, y) in row) + over for row in rows]
        self.nodexy = [(x + column_gap, y) for x, y in self.nodexy]
        half = self.units_to_points(self.font.math.consts.radicalRuleThickness) / 2
        right = self.bbox.xmax + 2 * column_gap
        self.bbox = BBox(-half, right + half, -down[-1] - half, -down[0] + half)
        return across, down

    def _line(
        self, kind: str, upright: bool, at: float, begin: float, end: float, kwargs: dict[str, Any]
    ) -> None:
        thickness = self.units_to_points(self.font.math.consts.radicalRuleThickness)
        dash = DASH * thickness if kind == "dashed" else end - begin
        count = max(1, round((end - begin) / dash / 2))
        step = (end - begin - dash) / max(1, count - 1)
        for off in (-thickness, thickness) if kind == "double" else (0.0,):
            for number in range(count):
                start = begin + number * step
                shape = VLine if upright else HLine
                self.nodes.append(shape(dash, thickness, style=self.style, **kwargs))
                place = at + off
                self.nodexy.append((place, start) if upright else (start, place - thickness / 2))


class _Later(Drawable):
    """A placeholder for an element laid out when the row's height is known."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.mtag = tag
        self.string = ""


def _grows(element: Element) -> bool:
    """Return whether an element is an operator, or has one as its base, as high as its row."""
    while element.tag in SCRIPTS and len(element):
        element = element[0]
    if element.tag != "mo":
        return False
    params = operators.get_params((element.text or "").strip(), element.get("form", "infix"))
    return {**params, **element.attrib}.get("stretchy", "false") != "false"


def _extent(nodes: Sequence[Drawable]) -> tuple[float, float]:
    """The depth and height of some nodes; those without extent do not count."""
    boxes = [node.bbox for node in nodes if node.bbox.ymin <= node.bbox.ymax]
    if not boxes:
        return 0.0, 0.0
    return min(box.ymin for box in boxes), max(box.ymax for box in boxes)
