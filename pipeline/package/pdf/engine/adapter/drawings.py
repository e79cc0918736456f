"""Draws formulas: each glyph is stored once in the PDF, as a form, and placed wherever it is
needed.

WeasyPrint would parse the outline of each glyph wherever it occurs, and write it again.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from tinycss2.color5 import parse_color  # type: ignore[import-untyped]

from pipeline.model import Asset
from pipeline.model.rendered import FORMULA_SHAPES, FormulaShapes
from pipeline.package.pdf.engine.adapter.objects import Array, Dictionary, Stream
from pipeline.package.pdf.print_markup import ASSET

POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}
OPERATORS = {"M": "m", "L": "l", "Q": "c", "C": "c"}
"""The arguments of path commands, and their PDF operators; PDF has no quadratic curves."""


def formulas(assets: Iterable[Asset]) -> dict[str, _Drawing]:
    """The formulas of bars and glyphs among the assets, by their addresses."""
    return {
        f"{ASSET}images/{asset.name}": _Drawing(_shapes.decode(asset.data))
        for asset in assets
        if asset.media_type == FORMULA_SHAPES
    }


_shapes = msgspec.json.Decoder(FormulaShapes)


class _Drawing:
    """A formula, with the interface that WeasyPrint expects of images."""

    def __init__(self, formula: FormulaShapes) -> None:
        self._formula = formula
        self.left, self.top, self.width, self.height = formula.view

    def get_intrinsic_size(self, *_: Any) -> tuple[float, float, float | None]:
        return self.width, self.height, self.width / self.height if self.height else None

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _: Any) -> None:
        if not self.width or not self.height:
            return
        across, down = concrete_width / self.width, concrete_height / self.height
        stream.push_state()
        stream.transform(across, 0, 0, down, -self.left * across, -self.top * down)
        outlines = [_outline(path) for path in self._formula.outlines]
        for shape in self._formula.shapes:
            stream.set_color(_colour(shape.fill))
            if shape.outline >= 0:
                name = stream.add_image(outlines[shape.outline], 0, 1)
                matrix = " ".join(f"{number:.6g}" for number in shape.numbers)
                stream.stream.append(f"q {matrix} cm /{name} Do Q".encode())
            else:
                stream.rectangle(*shape.numbers)
                stream.fill()
        stream.pop_state()


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
