"""The look of charts: sizes in points, and colours that work in greyscale and for colour-blind
readers.

The colours are the publisher's, the theme's, or the default. Series differ in lightness first, then
in pattern (bars), or in markers and dashes (lines), so that nothing depends on the hue. Text has
the size of captions, in print at the width that it is drawn for.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from pipeline.features.charts.scene import Fill, Shape
from pipeline.model.sheet.colours import PAPER, TEXT, contrast, mixed, readable

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


@functools.cache
def coloured(accent: str) -> Palette:
    """The palette for a publisher's or theme's colour, which is dark enough for text: the colour
    and its tints, alternating with greys. They differ in lightness or in pattern, like the other
    palettes."""
    if accent in ("", NAVY):
        return COLOURED
    tints = [mixed(accent, PAPER, share) for share in (1, 0.86, 0.72, 0.58, 0.44, 0.32)]
    # a second series is lighter by 30 steps of 100, whatever the colour
    pale, light = (mixed(accent, PAPER, share) for share in (0.12, 0.28))
    dark = mixed(accent, BLACK, 0.55)
    muted = mixed(accent, GREY, 0.4)
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
    return PAPER if contrast(fill.colour, PAPER) >= TEXT else INK


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
