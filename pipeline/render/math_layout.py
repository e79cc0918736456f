"""ziamath's rows, each thing in them set once: what grows to the height of its row is set
when the rest of the row is, as MathML Core says, and not the whole row twice, which doubles
with each level. Whoever imports this has ziamath set rows so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from ziafont.fonttypes import BBox
from ziamath import operators
from ziamath.drawable import Drawable
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mspace import Mphantom

SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
ROW = ("rowymin", "rowymax")


HIGHEST = 200
"""Ems that a row may be high: brackets around brackets may double with each level."""


class TooHighError(Exception):
    """A formula that is higher than any page."""


class _Row(Mrow, tag="mrow"):
    """A row whose children are set once each."""

    def _setup_single_line(self, line: list[Element], **kwargs: Any) -> None:
        children = [child for child in line if child.tag != "mo" or (child.text or "").strip()]
        inner = {name: value for name, value in kwargs.items() if name not in ROW}
        self.nodes = []
        for child in children:
            # Others look at what is beside them on the left: its name will do.
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


class _Later(Drawable):
    """Stands for what is set when the row's height is known."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.mtag = tag
        self.string = ""


def _grows(element: Element) -> bool:
    """Whether an element is an operator that is as high as its row, with scripts or without."""
    while element.tag in SCRIPTS and len(element):
        element = element[0]
    if element.tag != "mo":
        return False
    params = operators.get_params((element.text or "").strip(), element.get("form", "infix"))
    return {**params, **element.attrib}.get("stretchy", "false") != "false"


def _extent(nodes: Sequence[Drawable]) -> tuple[float, float]:
    """How far down and up some nodes reach; those without extent do not count."""
    boxes = [node.bbox for node in nodes if node.bbox.ymin <= node.bbox.ymax]
    if not boxes:
        return 0.0, 0.0
    return min(box.ymin for box in boxes), max(box.ymax for box in boxes)
