"""The images that stand for formulas in print, each with a class that sets it on the line."""

from __future__ import annotations

import math
from typing import NamedTuple

from pipeline.model import Asset, Document, Math, MathBlock, Section
from pipeline.render.math_drawing import Drawing, draw
from pipeline.tree import walk

INK, ACCENT = "#16191c", "#1f3b57"
"""The colours of the text and of headings."""

ASCENT, DESCENT = 1.065, 0.3636
"""What a line of text takes above and below its base, in ems."""

QUARTER = 3.75 / 10.5
"""A quarter of a line, of which all heights in print are made up, in ems."""

OVERLAP = 0.06
"""How far a formula may reach into the white between lines without pushing them apart. One
that reaches further pushes with all of its height, since there may be another below it."""


class FormulaImage(NamedTuple):
    """The class of an image, and its file's name."""

    name: str
    file: str


class FormulaImages:
    """Draws formulas as they are asked for, equal ones once. ``rules`` gets the styles."""

    def __init__(self, document: Document, rules: dict[str, str]) -> None:
        self._assets: list[Asset] = []
        self._rules = rules
        self._taken = {asset.name for asset in document.assets}
        self._images: dict[tuple[str, str], FormulaImage] = {}
        self._in_titles = {
            id(inner)
            for node in walk(document.blocks)
            if isinstance(node, Section)
            for inner in walk(node.title)
            if isinstance(inner, Math)
        }

    @property
    def assets(self) -> tuple[Asset, ...]:
        return tuple(self._assets)

    def image(self, node: Math | MathBlock) -> FormulaImage:
        colour = ACCENT if id(node) in self._in_titles else INK
        key = (node.mathml, colour)
        if key not in self._images:
            self._images[key] = self._make(draw(*key), isinstance(node, Math) and not node.display)
        return self._images[key]

    def _make(self, drawing: Drawing, in_line: bool) -> FormulaImage:
        name = f"formula-{len(self._images) + 1}"
        while f"{name}.svg" in self._taken:
            name = f"{name}-x"
        file = f"{name}.svg"
        asset = Asset(f"formula:{name}", file, "image/svg+xml", data=drawing.data)
        self._assets.append(asset)
        self._rules[name] = f".{name} {{ {_style(drawing, in_line)} }}"
        return FormulaImage(name, file)


def _style(drawing: Drawing, in_line: bool) -> str:
    above, below = drawing.height - drawing.depth, drawing.depth
    top, bottom = _within_lines(above, below) if in_line else _on_grid(above, below)
    # The margin's edge is what is aligned.
    return (
        f"width: {drawing.width:.4f}em; vertical-align: {-below - bottom:.4f}em;"
        f" margin: {top:.4f}em 0 {bottom:.4f}em"
    )


def _within_lines(above: float, below: float) -> tuple[float, float]:
    """Margins below zero for what reaches a little into the white between lines."""
    top, bottom = max(0, above - ASCENT), max(0, below - DESCENT)
    return (-top if top <= OVERLAP else 0, -bottom if bottom <= OVERLAP else 0)


def _on_grid(above: float, below: float) -> tuple[float, float]:
    """Margins that make it as high as so many quarters of a line, one line at least."""
    top, bottom = max(0, ASCENT - above), max(0, DESCENT - below)
    height = above + below + top + bottom
    rest = math.ceil(height / QUARTER - 0.01) * QUARTER - height
    return top + rest / 2, bottom + rest / 2
