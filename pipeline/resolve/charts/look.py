"""How charts look: sizes in points, and colours that hold in grey and for the colour-blind.

Series differ in lightness first, then in what lies over the colour (bars), or in markers and
dashes (lines), so that nothing rests on the hue. Text is as large as captions are, in print
at the width that it is drawn for.
"""

from __future__ import annotations

from typing import NamedTuple

from pipeline.resolve.charts.scene import Fill, Shape

SIZE, LEADING = 8.5, 11.25
"""The type, and the distance of its lines."""

CAPITAL = 5.6
"""How high a capital letter or a figure is."""

GAP = 4.0
"""Between a mark and what is said of it."""

INK, QUIET, HAIRLINE, PAPER = "#16191c", "#4d565e", "#c3c9ce", "#ffffff"
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
DARK = frozenset({NAVY, BRICK, TEAL})
"""Fills that bear white text."""

SLICES = ("#1f3b57", "#2d5378", "#3f6d99", "#5787b3", "#7aa2c6", "#a9c6de")


class Stroke(NamedTuple):
    """How a line is drawn, and what marks its points."""

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
    """What tells the parts of a chart apart. ``dark`` are the fills that bear white text; in
    ``ink`` all texts are black, and so is all that is drawn but thin rules."""

    bars: tuple[Fill, ...]
    slices: tuple[Fill, ...]
    lines: tuple[Stroke, ...]
    dark: frozenset[str] = frozenset()
    ink: str = ""


COLOURED = Palette(BARS, tuple(map(Fill, SLICES)), LINES, DARK)

BLACK, THIN_RULE = "#000000", "#767676"
INKED = Palette(
    bars=tuple(
        Fill(PAPER, hatch, BLACK, edge=True)
        for hatch in ("rising", "", "crossed", "level", "falling", "upright")
    ),
    slices=(Fill(PAPER, "", BLACK, edge=True),),
    lines=tuple(stroke._replace(colour=BLACK) for stroke in LINES),
    ink=BLACK,
)
"""For large print and for printers that have no colours: outlines and hatchings, which take
little ink. The names of slices stand beside them."""

STROKE = 1.5
"""How thick a line is."""
