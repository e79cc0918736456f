"""Draws formulas: each glyph is in the PDF once, as a form, and placed as often as it is needed.

WeasyPrint would read the outline of each glyph anew wherever it stands, and write it out again.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import pydyf
import weasyprint.images
from tinycss2.color5 import parse_color  # type: ignore[import-untyped]

SVG = "{http://www.w3.org/2000/svg}"

FORMULA = "formula"
"""The class of a drawing that has only what `_shape` knows."""

POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}
OPERATORS = {"M": "m", "L": "l", "Q": "c", "C": "c"}
"""What a path's commands take, and what PDF has for them, which knows no quadratic curves."""


class Shape(NamedTuple):
    """A bar, or the ``outline`` of a glyph, by the numbers of its rectangle or its matrix."""

    fill: str
    numbers: tuple[float, ...]
    outline: str = ""


class Drawing(weasyprint.images.SVGImage):  # type: ignore[misc]  # it has no types
    """An SVG image. A formula is not read as one, unless it has more than glyphs and bars."""

    def __init__(self, tree: Element, *rest: Any) -> None:
        self._shapes: tuple[Shape, ...] | None = None
        if tree.get("class") == FORMULA:
            found = [_shape(element) for element in tree.iter() if element is not tree]
            shapes = tuple(shape for shape in found if shape is not None)
            if len(shapes) == len(found):
                self._shapes = shapes
                self._view = tuple(map(float, tree.get("viewBox", "").split()))
                return
        super().__init__(tree, *rest)

    def get_intrinsic_size(self, *rest: Any) -> tuple[Any, ...]:
        if self._shapes is None:
            return tuple(super().get_intrinsic_size(*rest))
        width, height = self._view[2:]
        return width, height, width / height if height else None

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:
        if self._shapes is None:
            super().draw(stream, concrete_width, concrete_height, style)
            return
        left, top, width, height = self._view
        if not width or not height:
            return
        across, down = concrete_width / width, concrete_height / height
        stream.push_state()
        stream.transform(across, 0, 0, down, -left * across, -top * down)
        for shape in self._shapes:
            stream.set_color(parse_color(shape.fill))
            if shape.outline:
                name = stream.add_image(_outline(shape.outline), 0, 1)
                matrix = " ".join(f"{number:.6g}" for number in shape.numbers)
                stream.stream.append(f"q {matrix} cm /{name} Do Q".encode())
            else:
                stream.rectangle(*shape.numbers)
                stream.fill()
        stream.pop_state()


def _shape(element: Element) -> Shape | None:
    """A glyph or a bar, or nothing where it is more than that."""
    given = dict(element.attrib)
    fill = given.pop("fill", "#000000")
    if element.tag == f"{SVG}rect" and given.keys() == {"x", "y", "width", "height"}:
        return Shape(fill, tuple(float(given[name]) for name in ("x", "y", "width", "height")))
    matrix = given.get("transform", "")
    if element.tag == f"{SVG}path" and given.keys() == {"d", "transform"} and len(element) == 0:
        return Shape(fill, tuple(map(float, matrix[len("matrix(") : -1].split())), given["d"])
    return None


class Outline:
    """The outline of a glyph, as WeasyPrint asks images for what becomes of them in the PDF."""

    def __init__(self, path: str) -> None:
        self.id = hashlib.sha256(path.encode()).hexdigest()[:16]
        self._path = path

    def get_x_object(self, _interpolate: object, _ratio: object) -> pydyf.Stream:
        drawn, points = _operators(self._path)
        across, down = zip(*points, strict=True)
        box = pydyf.Array((min(across), min(down), max(across), max(down)))
        extra = pydyf.Dictionary({"Type": "/XObject", "Subtype": "/Form", "BBox": box})
        return pydyf.Stream([line.encode() for line in drawn], extra, compress=True)


_outline = functools.lru_cache(maxsize=None)(Outline)


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
