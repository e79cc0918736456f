"""Draws formulas: each glyph is stored once in the PDF, as a form, and placed wherever it is
needed.

WeasyPrint would parse the outline of each glyph wherever it occurs, and write it again.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tinycss2.color5 import parse_color  # type: ignore[import-untyped]

from pipeline.model import Asset
from pipeline.package.pdf.engine.objects import Array, Dictionary, Stream
from pipeline.package.pdf.markup import ASSET

SVG = "{http://www.w3.org/2000/svg}"

FORMULA = "formula"
"""The beginning of the paths of formulas."""

POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}
OPERATORS = {"M": "m", "L": "l", "Q": "c", "C": "c"}
"""The arguments of path commands, and their PDF operators; PDF has no quadratic curves."""


class _Shape(NamedTuple):
    """A bar, or the ``outline`` of a glyph, by the numbers of its rectangle or its matrix."""

    fill: str
    numbers: tuple[float, ...]
    outline: str = ""


def formulas(assets: Iterable[Asset]) -> dict[str, _Drawing]:
    """The formulas among the assets, by their addresses."""
    made = (one for one in assets if one.path.startswith(f"{FORMULA}:"))
    found = ((one.name, _drawing(ElementTree.fromstring(one.data))) for one in made)
    return {f"{ASSET}images/{name}": drawing for name, drawing in found if drawing}


def _drawing(tree: Element) -> _Drawing | None:
    """A formula, if it has nothing but glyphs and bars."""
    found = [_shape(element) for element in tree.iter() if element is not tree]
    shapes = tuple(shape for shape in found if shape is not None)
    if len(shapes) < len(found):
        return None
    return _Drawing(shapes, *map(float, tree.get("viewBox", "").split()))


class _Drawing(NamedTuple):
    """A formula, with the interface that WeasyPrint expects of images."""

    shapes: tuple[_Shape, ...]
    left: float
    top: float
    width: float
    height: float

    def get_intrinsic_size(self, *_: Any) -> tuple[float, float, float | None]:
        return self.width, self.height, self.width / self.height if self.height else None

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _: Any) -> None:
        if not self.width or not self.height:
            return
        across, down = concrete_width / self.width, concrete_height / self.height
        stream.push_state()
        stream.transform(across, 0, 0, down, -self.left * across, -self.top * down)
        for shape in self.shapes:
            stream.set_color(_colour(shape.fill))
            if shape.outline:
                name = stream.add_image(_outline(shape.outline), 0, 1)
                matrix = " ".join(f"{number:.6g}" for number in shape.numbers)
                stream.stream.append(f"q {matrix} cm /{name} Do Q".encode())
            else:
                stream.rectangle(*shape.numbers)
                stream.fill()
        stream.pop_state()


def _shape(element: Element) -> _Shape | None:
    """A glyph or a bar; nothing if it is more than that."""
    given = dict(element.attrib)
    fill = given.pop("fill", "#000000")
    if element.tag == f"{SVG}rect" and given.keys() == {"x", "y", "width", "height"}:
        return _Shape(fill, tuple(float(given[name]) for name in ("x", "y", "width", "height")))
    matrix = given.get("transform", "")
    if element.tag == f"{SVG}path" and given.keys() == {"d", "transform"} and len(element) == 0:
        return _Shape(fill, tuple(map(float, matrix[len("matrix(") : -1].split())), given["d"])
    return None


class Outline:
    """The outline of a glyph, with the interface that WeasyPrint expects of images."""

    def __init__(self, path: str) -> None:
        self.id = hashlib.sha256(path.encode()).hexdigest()[:16]
        self._path = path

    def get_x_object(self, _interpolate: object, _ratio: object) -> Stream:
        drawn, points = _operators(self._path)
        across, down = zip(*points, strict=True)
        box = Array((min(across), min(down), max(across), max(down)))
        extra = Dictionary({"Type": "/XObject", "Subtype": "/Form", "BBox": box})
        return Stream([line.encode() for line in drawn], extra, compress=True)


_outline = functools.lru_cache(maxsize=None)(Outline)
_colour = functools.lru_cache(maxsize=64)(parse_color)


def _operators(path: str) -> tuple[list[str], list[tuple[float, float]]]:
    """The operators of PDF for a path of SVG, and the points that it is drawn by."""
    drawn: list[str] = []
    points: list[tuple[float, float]] = []
    words = iter(path.split())
    for word in words:
        if word.endswith("Z"):
            drawn.append("h")
            continue
        count = POINTS[word]
        new = [(float(next(words)), float(next(words))) for _ in range(count)]
        if word == "Q":
            (x, y), (x1, y1), (x2, y2) = points[-1], *new
            new = [((x + 2 * x1) / 3, (y + 2 * y1) / 3), ((x2 + 2 * x1) / 3, (y2 + 2 * y1) / 3)]
            new.append((x2, y2))
        points += new
        numbers = " ".join(f"{number:.6g}" for point in new for number in point)
        drawn.append(f"{numbers} {OPERATORS[word]}")
    drawn.append("f")
    return drawn, points
