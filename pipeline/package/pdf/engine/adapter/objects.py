"""The objects of a PDF that is not written yet, and formulas: each glyph is stored once in it, as a
form, and placed wherever it is needed.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from fontTools.ttLib import TTFont
from pydyf import Array, Dictionary, Stream, String
from tinycss2.color5 import parse_color  # type: ignore[import-untyped]
from weasyprint import VERSION

from pipeline.model import Asset
from pipeline.model.rendered import FORMULA_SHAPES, FormulaShapes
from pipeline.package.pdf.print_markup import ASSET

# --- objects ---------------------------------------------------------------------------------

__all__ = ["PDF", "PRODUCER", "Array", "Dictionary", "Stream", "String", "mend_fonts", "name"]

LEVEL = 7
"""The level of Deflate: a quarter of the time of the highest, for a hundredth more bytes."""

PRODUCER = f"WeasyPrint {VERSION}"

TRUETYPE = b"\x00\x01\x00\x00"
"""The beginning of a font file with TrueType outlines."""

NOTHING = b"> <2060>"
"""A word joiner, in a table from glyphs to characters."""

NO_BREAK, SPACE = b"> <00a0>", b"> <0020>"
"""Spaces in extracted text: their no-break property is useless for searching and copying."""


class PDF(Protocol):
    """A PDF: its objects, including the catalogue and the pages."""

    objects: list[Any]
    catalog: dict[str, Any]
    pages: dict[str, Any]
    info: dict[str, Any]
    page_references: Sequence[bytes]

    def add_object(self, value: Any) -> None: ...


def name(text: str) -> str:
    """The text as a name, without its slash (ISO 32000-1, section 7.3.5)."""
    signs = (chr(byte) for byte in text.encode())
    return "".join(c if c.isascii() and c.isalnum() else f"#{ord(c):02x}" for c in signs)


def content(stream: Any) -> bytes:
    """The content of a stream before compression."""
    items = [item if type(item) is bytes else Array([item]).data[1:-1] for item in stream.stream]
    return b"\n".join(items)


def mend_fonts(pdf: PDF, files: bool = True) -> None:
    """Remove the build time from fonts that fontTools has written, such as those with coloured
    glyphs (unless their ``files`` are already corrected), and map glyphs that are only part of a
    character to an invisible one. All spaces are read as one."""
    for pdf_object in pdf.objects:
        if not isinstance(pdf_object, Stream):
            continue
        if "Length1" in pdf_object.extra:
            if files:
                (data,) = pdf_object.stream
                pdf_object.stream = [mend_file(data)]
                pdf_object.extra["Length1"] = len(pdf_object.stream[0])
        elif b"begincmap" in pdf_object.stream[:4]:
            pdf_object.stream = [
                line.replace(b"> <>", NOTHING).replace(NO_BREAK, SPACE)
                for line in pdf_object.stream
            ]


def mend_file(data: bytes) -> bytes:
    """A font's file without the time of building."""
    if not data.startswith(TRUETYPE):
        return data
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    font["head"].modified = font["head"].created
    output = io.BytesIO()
    font.save(output, reorderTables=False)
    return output.getvalue()


# --- drawings --------------------------------------------------------------------------------
# Draws formulas: each glyph is stored once in the PDF, as a form, and placed wherever it is
# needed.
#
# WeasyPrint would parse the outline of each glyph wherever it occurs, and write it again.

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
