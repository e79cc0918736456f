"""The drawing of charts and diagrams: their look, scenes of shapes and texts, and these as SVG."""

from __future__ import annotations

import functools
import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from pipeline.model.faces import (
    EMOJI,
    FACES,
    FALLBACKS,
    LARGE_PRINT_FACES,
    LEGIBLE,
    SANS,
    font_file,
)
from pipeline.model.sheet import PAPER, TEXT_CONTRAST, contrast, mix, readable
from pipeline.model.writing_systems import fonts_for

# --- scene -----------------------------------------------------------------------------------
# Drawings in the abstract: shapes and texts, positioned in points from the upper left corner.

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Hatch: TypeAlias = Literal["", "rising", "falling", "level", "upright", "crossed"]
Shape: TypeAlias = Literal["disc", "square", "triangle", "diamond", "ring", "cross"]


class Fill(NamedTuple):
    """A colour; the lines over it, and their colour, which is also the edge's if there is one."""

    colour: str
    hatch: Hatch = ""
    ink: str = ""
    edge: bool = False


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    fill: Fill


class Rule(NamedTuple):
    """A line through points; ``dashes`` are lengths of strokes and gaps."""

    points: tuple[Point, ...]
    colour: str
    width: float
    dashes: tuple[float, ...] = ()


class Slice(NamedTuple):
    """A part of a disc, from one angle to another, in turns clockwise from the top."""

    x: float
    y: float
    radius: float
    start: float
    end: float
    fill: Fill


class Marker(NamedTuple):
    x: float
    y: float
    shape: Shape
    colour: str


class Label(NamedTuple):
    """A line of text; ``y`` is its baseline."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = ""
    bold: bool = False


Mark: TypeAlias = Box | Rule | Slice | Marker | Label


class Scene(NamedTuple):
    """The marks in the order in which they are drawn, one over the other."""

    width: float
    height: float
    marks: tuple[Mark, ...]


THIN = 0.6
"""The thickness of rules that guide the eye."""

EDGE = 0.7
"""The thickness of a fill's edge, inside it."""

PITCH = 3.6
"""The distance between the lines of a hatching."""


def hatching(box: Box) -> Iterator[Rule]:
    """The lines over a box, and its edge."""
    fill = box.fill
    slopes: dict[Hatch, tuple[tuple[int, int], ...]] = {
        "rising": ((1, -1),),
        "falling": ((1, 1),),
        "crossed": ((1, -1), (1, 1)),
        "level": ((1, 0),),
        "upright": ((0, 1),),
    }
    for slope in slopes.get(fill.hatch, ()):
        yield from (Rule(ends, fill.ink, 0.6) for ends in _lines(box, slope))
    if fill.edge:
        half = min(EDGE, box.width, box.height) / 2
        left, top = box.x + half, box.y + half
        right, bottom = box.x + box.width - half, box.y + box.height - half
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        yield Rule(corners, fill.ink, EDGE)


def _lines(box: Box, slope: tuple[int, int]) -> Iterator[tuple[Point, ...]]:
    """The parts within a box of lines that are ``PITCH`` apart, counted from the origin so
    that boxes side by side match."""
    across, down = slope
    right, bottom = box.x + box.width, box.y + box.height
    if not (across and down):
        low, high = (box.y, bottom) if across else (box.x, right)
        for at in _multiples(low, high, PITCH):
            yield ((box.x, at), (right, at)) if across else ((at, box.y), (at, bottom))
        return
    # On a line of either slope, down * y - x is constant.
    step = PITCH * 2**0.5
    ends = sorted(down * y - x for x in (box.x, right) for y in (box.y, bottom))
    for constant in _multiples(ends[0], ends[-1], step):
        low = max(box.x, min(down * box.y - constant, down * bottom - constant))
        high = min(right, max(down * box.y - constant, down * bottom - constant))
        if high - low > 0.2:
            yield ((low, down * (low + constant)), (high, down * (high + constant)))


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    number = int(low // step) + 1
    while number * step < high - 0.2:
        yield number * step
        number += 1


def ink(scene: Scene, ink: str, rule: str) -> Scene:
    """The scene with texts, strong rules and edges in ``ink``, and thin rules in ``rule``."""

    def change(mark: Mark) -> Mark:
        match mark:
            case Label():
                return mark._replace(colour=ink)
            case Rule() if mark.width <= THIN:
                return mark._replace(colour=rule)
            case Rule():
                return mark._replace(colour=ink)
            case Slice() if mark.fill.ink:
                colour = ink if mark.fill.colour == mark.fill.ink else mark.fill.colour
                return mark._replace(fill=mark.fill._replace(colour=colour, ink=ink))
        return mark

    return scene._replace(marks=tuple(map(change, scene.marks)))


def mirror(scene: Scene) -> Scene:
    """The scene for right-to-left text; texts and slices are not mirrored."""
    return scene._replace(marks=tuple(_mirror(mark, scene.width) for mark in scene.marks))


def _mirror(mark: Mark, width: float) -> Mark:
    match mark:
        case Box():
            return mark._replace(x=width - mark.x - mark.width)
        case Rule():
            return mark._replace(points=tuple((width - x, y) for x, y in mark.points))
        case Label():
            turned: dict[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}
            return mark._replace(x=width - mark.x, anchor=turned[mark.anchor])
        case Slice():
            return mark._replace(x=width - mark.x, start=1 - mark.end, end=1 - mark.start)
        case Marker():
            return mark._replace(x=width - mark.x)


# --- look ------------------------------------------------------------------------------------
# The look of charts: sizes in points, and colours that work in greyscale and for colour-blind
# readers.
#
# The colours are the publisher's, the theme's, or the default. Series differ in lightness first,
# then in pattern (bars), or in markers and dashes (lines), so that nothing depends on the hue.
# Text has the size of captions, in print at the width that it is drawn for.

SEEN = 3
"""The minimum contrast of essential graphics (WCAG 2.2, 1.4.11)."""

SIZE, LEADING = 8.5, 11.25
"""The type, and the distance of its lines."""

CAPITAL = 5.6
"""The height of capital letters and figures."""

GAP = 4.0
"""The space between a mark and its label."""

INK, QUIET, HAIRLINE, BLACK = "#16191c", "#4d565e", "#c3c9ce", "#000000"
NAVY, OCHRE, BRICK = "#1f3b57", "#cf8216", "#9c3b27"
TEAL, BLUE, GREY = "#2f7d6b", "#5787b3", "#6b747c"

BARS = (
    Fill(NAVY),
    Fill(OCHRE),
    Fill("#c9d8e6", "rising", NAVY, edge=True),
    Fill(BRICK, "falling", PAPER),
    Fill("#f0d9b0", "crossed", "#7a4a08", edge=True),
    Fill(TEAL, "level", PAPER),
)
SLICES = ("#1f3b57", "#2d5378", "#3f6d99", "#5787b3", "#7aa2c6", "#a9c6de")


class Stroke(NamedTuple):
    """The style of a line and of the markers at its points."""

    colour: str
    shape: Shape
    dashes: tuple[float, ...] = ()


LINES = (
    Stroke(NAVY, "disc"),
    Stroke("#b5651d", "square", (5, 2)),
    Stroke(BLUE, "triangle"),
    Stroke(BRICK, "diamond", (1.5, 1.8)),
    Stroke(TEAL, "ring", (7, 2, 1.5, 2)),
    Stroke(GREY, "cross"),
)


class Palette(NamedTuple):
    """The fills and strokes that distinguish the parts of a chart. In ``ink`` all texts are black,
    and so is everything drawn except thin rules."""

    bars: tuple[Fill, ...]
    slices: tuple[Fill, ...]
    lines: tuple[Stroke, ...]
    ink: str = ""

    @property
    def main(self) -> str:
        """The colour of a single series."""
        return self.lines[0].colour


COLOURED = Palette(BARS, tuple(map(Fill, SLICES)), LINES)


def palette_of(accent: str) -> Palette:
    """The palette for a publisher's or theme's colour, which is dark enough for text: the colour
    and its tints, alternating with greys. They differ in lightness or in pattern, like the other
    palettes."""
    if accent in ("", NAVY):
        return COLOURED
    tints = [mix(accent, PAPER, share) for share in (1, 0.86, 0.72, 0.58, 0.44, 0.32)]
    # a second series is lighter by 30 steps of 100, whatever the colour
    pale, light = (mix(accent, PAPER, share) for share in (0.12, 0.28))
    dark = mix(accent, BLACK, 0.55)
    muted = mix(accent, GREY, 0.4)
    lines = (accent, QUIET, tints[1], dark, muted, GREY)
    return Palette(
        bars=(
            Fill(accent),
            Fill(light, ink=accent, edge=True),
            Fill(pale, "rising", accent, edge=True),
            Fill(QUIET, "falling", PAPER),
            Fill(PAPER, "crossed", accent, edge=True),
            Fill(dark, "level", PAPER),
        ),
        slices=tuple(map(Fill, tints)),
        lines=tuple(
            stroke._replace(colour=readable(colour, PAPER, SEEN))
            for stroke, colour in zip(LINES, lines, strict=True)
        ),
    )


def text_on(fill: Fill) -> str:
    """The colour of text on a fill: white if that is legible, or else dark."""
    return PAPER if contrast(fill.colour, PAPER) >= TEXT_CONTRAST else INK


THIN_RULE = "#767676"
INKED = Palette(
    bars=tuple(
        Fill(PAPER, hatch, BLACK, edge=True)
        for hatch in ("rising", "", "crossed", "level", "falling", "upright")
    ),
    slices=(Fill(PAPER, "", BLACK, edge=True),),
    lines=tuple(stroke._replace(colour=BLACK) for stroke in LINES),
    ink=BLACK,
)
"""A palette for large print and monochrome printers: outlines and hatching, which save ink. Names
of slices are placed next to them."""

STROKE = 1.5
"""The thickness of a line."""


# --- letters ---------------------------------------------------------------------------------
# Texts as shapes, so that a drawing is the same wherever it is shown: shaped by HarfBuzz, in the
# fonts of the outputs, and never in one of the machine's.

EM = 1000
"""Units of all outlines and widths in the size of the type."""

LONGEST_TEXT = 400
"""Characters of a text that are shaped: no line of a drawing has room for more."""

_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN", "RLE", "RLO"))
_UNSEEN = frozenset(("BN", "LRI", "RLI", "FSI", "PDI"))
"""Joiners, which the algorithm drops, and isolates, which it lacks: the last letter keeps them."""

_JOINING = frozenset(("Mn", "Me", "Mc", "Cf"))


class Font(NamedTuple):
    """A file, and the weight selected in a variable font."""

    file: Path
    weight: int


class Glyph(NamedTuple):
    """An SVG outline, with the y axis pointing up, and its position."""

    outline: str
    x: float
    y: float


class Shaped(NamedTuple):
    width: float
    glyphs: tuple[Glyph, ...]


class Fonts:
    """The fonts for some texts: the sans serif of the outputs, or the face of large print, and
    others for missing characters."""

    def __init__(self, texts: str, lang: str = "", *, is_large: bool = False) -> None:
        script_faces = [face for font in fonts_for(texts) for face in font.faces]
        faces, family = (LARGE_PRINT_FACES, LEGIBLE) if is_large else (FACES, SANS)
        sans = [face for face in faces if face.family == family and face.style == "normal"]
        more, emoji = ([f for f in FALLBACKS if f.family == name] for name in ("Noto Sans", EMOJI))
        files = ((face, font_file(face)) for face in (*sans, *more, *script_faces, *emoji))
        located = [(face, file) for face, file in files if file]
        self._regular = tuple(Font(file, 400) for face, file in located if face.weight < 600)
        bold = (Font(file, 700) for face, file in located if face.weight >= 600)
        self._bold = (*bold, *(font._replace(weight=700) for font in self._regular))
        self._lang = lang

    def lacking(self, text: str) -> str:
        """The first character of a text that no font has, or ""."""
        has = _characters(self._regular)
        return next((c for c in text if ord(c) not in has and not c.isspace()), "")

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a text, in points."""
        return self.shape(text, bold).width * size / EM

    def shape(self, text: str, bold: bool = False) -> Shaped:
        """The glyphs of a text from left to right."""
        return _shape(self._bold if bold else self._regular, text[:LONGEST_TEXT], self._lang)


@functools.lru_cache(maxsize=10_000)
def _shape(fonts: tuple[Font, ...], text: str, lang: str) -> Shaped:
    import uharfbuzz

    glyphs: list[Glyph] = []
    right = 0
    for characters, font, is_rtl in _runs(fonts, text):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(characters)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        if lang:
            buffer.language = lang
        uharfbuzz.shape(_load(font), buffer)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if outline := _outline(font, info.codepoint):
                glyphs.append(Glyph(outline, right + place.x_offset, place.y_offset))
            right += place.x_advance
    return Shaped(right, tuple(glyphs))


def _runs(fonts: tuple[Font, ...], text: str) -> Iterator[tuple[str, Font, bool]]:
    """The text in pieces from left to right, each in one font, and its characters in the order
    of reading; and whether that is from right to left."""
    font, placed = fonts[0], []
    for at, character in enumerate(text):
        if not at or unicodedata.category(character) not in _JOINING:
            has = (font for font in fonts if ord(character) in _characters((font,)))
            font = next(has, fonts[0])
        placed.append(font)
    runs = itertools.groupby(_in_order(text), key=lambda pair: (placed[pair[0]], pair[1]))
    for (run_font, is_rtl), pairs in runs:
        numbers = [number for number, _ in pairs]
        yield "".join(text[at] for at in (numbers[::-1] if is_rtl else numbers)), run_font, is_rtl


def _in_order(text: str) -> list[tuple[int, bool]]:
    """The characters' indices from left to right (UAX 9), and whether each is right-to-left."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    if _RIGHT_TO_LEFT.isdisjoint(kinds):
        return [(at, False) for at in range(len(text))]
    from bidi import algorithm

    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = "LR"[storage["base_level"]]
    algorithm.get_embedding_levels(text, storage)
    for at, entry in enumerate(storage["chars"]):
        entry["at"] = at
        if entry["type"] in _UNSEEN:
            entry["type"] = "NSM"
    for step in (
        algorithm.explicit_embed_and_overrides,
        algorithm.resolve_weak_types,
        functools.partial(algorithm.resolve_neutral_types, debug=False),
        functools.partial(algorithm.resolve_implicit_levels, debug=False),
        functools.partial(algorithm.reorder_resolved_levels, debug=False),
    ):
        step(storage)
    return [(entry["at"], entry["level"] % 2 == 1) for entry in storage["chars"]]


@functools.cache
def _load(font: Font) -> Any:
    import uharfbuzz

    loaded = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(font.file)))
    loaded.scale = (EM, EM)
    loaded.set_variations({"wght": font.weight})
    return loaded


@functools.cache
def _outline(font: Font, glyph: int) -> str:
    from fontTools.pens.svgPathPen import SVGPathPen

    pen = SVGPathPen(None, ntos=lambda number: str(round(number)))
    _load(font).draw_glyph_with_pen(glyph, pen)
    return str(pen.getCommands())


@functools.cache
def _characters(fonts: tuple[Font, ...]) -> frozenset[int]:
    return frozenset(code for font in fonts for code in _load(font).face.unicodes)


# --- drawing ---------------------------------------------------------------------------------
# Scenes as SVG. Letters are drawn as shapes, so that they look the same everywhere.

_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="{w}pt" height="{h}pt" viewBox="0 0 {w} {h}">'
)


def draw(scene: Scene, fonts: Fonts) -> bytes:
    """The scene as an SVG file, on white paper."""
    canvas = _Canvas(fonts)
    width, height = _near(scene.width), _near(scene.height)
    paper = f'<path fill="{PAPER}" d="M0 0H{width}V{height}H0Z"/>'
    marks = "".join(part for mark in scene.marks for part in canvas.markup(mark))
    shapes = "".join(
        f'<path id="{name}" d="{outline}"/>' for outline, name in canvas.outlines.items()
    )
    shapes = f"<defs>{shapes}</defs>" if shapes else ""
    return f"{_HEAD.format(w=width, h=height)}{shapes}{paper}{marks}</svg>\n".encode()


class _Canvas:
    """Draws marks; ``outlines`` are those of glyphs, by their names."""

    def __init__(self, fonts: Fonts) -> None:
        self.outlines: dict[str, str] = {}
        self._fonts = fonts

    def markup(self, mark: Mark) -> Iterator[str]:
        match mark:
            case Box():
                right, bottom = mark.x + mark.width, mark.y + mark.height
                corners = ((mark.x, mark.y), (right, mark.y), (right, bottom), (mark.x, bottom))
                yield _area(_path(corners), mark.fill.colour)
                yield from map(_line, hatching(mark))
            case Rule():
                yield _line(mark)
            case Slice():
                yield _area(_wedge(mark), mark.fill.colour, mark.fill.ink or PAPER)
            case Marker():
                yield from _marker(mark)
            case Label():
                yield self._label(mark)

    def _label(self, label: Label) -> str:
        width, glyphs = self._fonts.shape(label.text, label.bold)
        scale = SIZE / EM
        left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor] * scale
        uses = (
            f'<use xlink:href="#{self._outline_id(glyph.outline)}"'
            + (f' x="{_near(glyph.x)}"' if glyph.x else "")
            + (f' y="{_near(glyph.y)}"' if glyph.y else "")
            + "/>"
            for glyph in glyphs
        )
        place = f"translate({_near(left)} {_near(label.y)}) scale({scale} -{scale})"
        colour = label.colour or INK
        return f'<g fill="{colour}" transform="{place}">{"".join(uses)}</g>'

    def _outline_id(self, outline: str) -> str:
        return self.outlines.setdefault(outline, f"g{len(self.outlines)}")


def _line(rule: Rule) -> str:
    dashes = f' stroke-dasharray="{" ".join(map(_near, rule.dashes))}"' if rule.dashes else ""
    stroke = f'stroke="{rule.colour}" stroke-width="{_near(rule.width)}" stroke-linejoin="round"'
    return f'<path fill="none" {stroke}{dashes} d="{_path(rule.points, is_open=True)}"/>'


def _area(path: str, colour: str, edge: str = "") -> str:
    stroke = f' stroke="{edge}" stroke-linejoin="round"' if edge else ""
    return f'<path fill="{colour}"{stroke} d="{path}"/>'


def _path(points: Iterable[Point], *, is_open: bool = False) -> str:
    path = "L".join(f"{_near(x)} {_near(y)}" for x, y in points)
    return f"M{path}" if is_open else f"M{path}Z"


def _wedge(part: Slice) -> str:
    """The outline of a slice, or of a disc."""
    turns = part.end - part.start
    rim = [
        (part.x + part.radius * math.sin(angle), part.y - part.radius * math.cos(angle))
        for angle in (math.tau * (part.start + turns * share) for share in (0, 0.5, 1))
    ]
    radius = _near(part.radius)
    arcs = "".join(f"A{radius} {radius} 0 0 1 {_near(x)} {_near(y)}" for x, y in rim[1:])
    spokes = "" if turns > 0.9999 else f"L{_near(part.x)} {_near(part.y)}"
    return f"M{_near(rim[0][0])} {_near(rim[0][1])}{arcs}{spokes}Z"


def _marker(mark: Marker) -> Iterator[str]:
    if mark.shape in ("ring", "disc"):
        disc = Slice(mark.x, mark.y, 2.9, 0, 1, Fill(mark.colour))
        yield _area(_wedge(disc), mark.colour, PAPER)
        if mark.shape == "ring":
            yield _area(_wedge(disc._replace(radius=1.3)), PAPER)
        return
    outline = ((mark.x + x, mark.y + y) for x, y in _OUTLINES[mark.shape])
    yield _area(_path(outline), mark.colour, PAPER)


_OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": ((-2.6, -2.6), (2.6, -2.6), (2.6, 2.6), (-2.6, 2.6)),
    "triangle": ((0, -3.4), (3.2, 2.4), (-3.2, 2.4)),
    "diamond": ((0, -3.7), (3.7, 0), (0, 3.7), (-3.7, 0)),
    "cross": (
        *((-3, -1.2), (-1.2, -1.2), (-1.2, -3), (1.2, -3), (1.2, -1.2), (3, -1.2)),
        *((3, 1.2), (1.2, 1.2), (1.2, 3), (-1.2, 3), (-1.2, 1.2), (-3, 1.2)),
    ),
}


def _near(number: float) -> str:
    """The number to a hundredth, because machines differ in the last digits of calculations."""
    return f"{round(number, 2) + 0.0:g}"
