"""The images of formulas in print, each with the styles that position it on the line."""

from __future__ import annotations

import hashlib
import math
from typing import Any, NamedTuple

from pipeline.features.formulas.outlines import CannotDrawError, draw, drawings, in_lines
from pipeline.keep import in_batches
from pipeline.model import Asset, Document, Math, MathBlock, tree
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.formula_gaps import GAP, HEIGHT, LETTER, with_room
from pipeline.model.rendered import FormulaDrawing

INK, ACCENT = "#16191c", "#1f3b57"
"""The colours of the text and of headings, unless a theme sets others."""

BLACK, LEAST_INDEX_SIZE = "#000000", 0.85
"""The colour of large print, and how large its indices are at least, in sizes of the formula."""

ASCENT, DESCENT = 1.065, 0.3636
"""The space that a line of text takes above and below its baseline, in ems."""

QUARTER = 3.75 / 10.5
"""A quarter of a line, the unit of all heights in print, in ems."""

OVERLAP = 0.06
"""The distance that a formula may reach into the space between lines without pushing them apart.
One that reaches further takes its full height, since there may be another below it."""


class FormulaImage(NamedTuple):
    """The file of an image, its width, the style that places it on its line, the formula itself if
    the PDF has that too, and the styles that place its gaps on it. It ``is_tall`` if it extends
    into the space between lines."""

    file: str
    width: str
    place: str
    mathml: str
    gaps: tuple[str, ...] = ()
    is_tall: bool = False


class FormulaImages:
    """Draws formulas on request, equal ones once. `findings` are the formulas that could not be
    drawn. Displayed formulas are broken into lines no wider than `room`,
    in ems; if there is a `large_room`, that is used, and they are drawn for large print. With
    `has_mathml`, their MathML is added. Gaps have letters as wide as `letter`, and are as high as
    `writing_line` in a displayed formula and half of that in a line, whose height is the whole."""

    def __init__(self, document: Document) -> None:
        self.room, self.large_room, self.has_mathml = math.inf, 0.0, False
        self.letter, self.writing_line = LETTER, HEIGHT
        self.ink, self.accent = INK, ACCENT
        self._assets: list[Asset] = []
        self._used_names = {asset.name for asset in document.assets}
        self._document = document
        self.findings: list[Diagnostic] = []
        self._images: dict[tuple[str, str], FormulaImage | None] = {}
        self._drawings: dict[Any, FormulaDrawing] = {}

    @property
    def assets(self) -> tuple[Asset, ...]:
        return tuple(self._assets)

    def draw_many(self) -> None:
        """Draw the formulas of the document, if they are many, as far as they are known before
        they are requested."""
        look = (BLACK, LEAST_INDEX_SIZE) if self.large_room else (self.ink, 0.0)
        nodes = (node for _, node, _ in tree.find(self._document, Math, MathBlock))
        formulas = (node for node in nodes if isinstance(node, Math | MathBlock))
        self._drawings = in_batches(drawings, ((self._with_room(node), *look) for node in formulas))

    def image(self, node: Math | MathBlock, *, in_title: bool) -> FormulaImage | None:
        """The image of a formula; None if it cannot be drawn, so that its source is shown."""
        colour = self.accent if in_title else self.ink
        key = (node.mathml, colour)
        if key not in self._images:
            in_line = isinstance(node, Math) and not node.display
            try:
                drawing = self._draw(self._with_room(node), colour, in_line)
            except CannotDrawError as error:
                self._images[key] = None
                self._report(node, too_high=error.too_high)
            else:
                mathml = node.mathml if self.has_mathml else ""
                file = self._add(key, drawing)
                gaps = tuple(_gap_style(gap, drawing) for gap in drawing.gaps)
                is_tall = in_line and _within_lines(*_parts(drawing)) != (0, 0)
                style = _style(drawing, in_line)
                self._images[key] = FormulaImage(file, *style, mathml, gaps, is_tall)
        return self._images[key]

    def _with_room(self, node: Math | MathBlock) -> str:
        """The formula with gaps to write in by hand."""
        height = self.writing_line
        if isinstance(node, Math) and not node.display:
            height = max(HEIGHT, height / 2)
        return with_room(node.mathml, self.letter, height) if GAP in node.mathml else node.mathml

    def _report(self, node: Math | MathBlock, *, too_high: bool) -> None:
        problem, hint = "The formula cannot be drawn.", ""
        if too_high:
            problem, hint = "The formula is nested too deeply.", "Divide it into several."
        message = f"{problem} It is printed as it is written."
        span, source = self._document.place(node.span), self._document.source
        finding = diagnostic(Code.BAD_MATH, message, span=span, source=source, hint=hint)
        self.findings.append(finding)

    def _draw(self, mathml: str, colour: str, in_line: bool) -> FormulaDrawing:
        """A drawing; in large print its smallest letters are as large as the text."""

        def drawn(mathml: str) -> FormulaDrawing:
            look = (BLACK, LEAST_INDEX_SIZE) if self.large_room else (colour, 0.0)
            image = self._drawings.get((mathml, *look)) or draw(mathml, *look)
            if not self.large_room:
                return image
            width, height, depth = (
                image.width / LEAST_INDEX_SIZE,
                image.height / LEAST_INDEX_SIZE,
                image.depth / LEAST_INDEX_SIZE,
            )
            gaps = tuple(
                (
                    gap[0] / LEAST_INDEX_SIZE,
                    gap[1] / LEAST_INDEX_SIZE,
                    gap[2] / LEAST_INDEX_SIZE,
                    gap[3] / LEAST_INDEX_SIZE,
                )
                for gap in image.gaps
            )
            return FormulaDrawing(image.media_type, image.data, width, height, depth, gaps)

        image, room = drawn(mathml), self.large_room or self.room
        if in_line or image.width <= room:
            return image
        return drawn(in_lines(mathml, room, lambda formula: drawn(formula).width))

    def _add(self, key: tuple[str, str], drawing: FormulaDrawing) -> str:
        """The name of a new file. It does not depend on other formulas, so that an edit of one does
        not change units of the text without it."""
        name = f"formula-{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"
        while f"{name}.svg" in self._used_names:
            name = f"{name}-x"
        file = f"{name}.svg"
        asset = Asset(f"formula:{name}", file, drawing.media_type, data=drawing.data)
        self._assets.append(asset)
        return file


def _style(drawing: FormulaDrawing, in_line: bool) -> tuple[str, str]:
    """The width of an image, and its place on the line."""
    above, below = _parts(drawing)
    top, bottom = _within_lines(above, below) if in_line else _on_grid(above, below)
    # The edge of the margin is aligned.
    place = {"vertical-align": -below - bottom, "margin-top": top, "margin-bottom": bottom}
    styles = (f"{name}: {value:.4f}em" for name, value in place.items() if value)
    return f"{drawing.width:.4f}em", "; ".join(styles)


def _parts(drawing: FormulaDrawing) -> tuple[float, float]:
    """The height of a drawing above and below the line."""
    return drawing.height - drawing.depth, drawing.depth


def _gap_style(gap: tuple[float, float, float, float], drawing: FormulaDrawing) -> str:
    """The place of a gap on its image, which may be set smaller."""
    wholes = (drawing.width, drawing.height) * 2
    places = zip(("left", "top", "width", "height"), gap, wholes, strict=True)
    return "; ".join(f"{name}: {100 * length / whole:.3f}%" for name, length, whole in places)


def _within_lines(above: float, below: float) -> tuple[float, float]:
    """Negative margins for content that extends slightly into the space between lines."""
    top, bottom = max(0, above - ASCENT), max(0, below - DESCENT)
    return (-top if top <= OVERLAP else 0, -bottom if bottom <= OVERLAP else 0)


def _on_grid(above: float, below: float) -> tuple[float, float]:
    """Margins that make its height a multiple of a quarter of a line, at least one line."""
    top, bottom = max(0, ASCENT - above), max(0, DESCENT - below)
    height = above + below + top + bottom
    rest = math.ceil(height / QUARTER - 0.01) * QUARTER - height
    return top + rest / 2, bottom + rest / 2
