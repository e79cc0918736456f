"""The colours of a cover: the publisher's, the theme's, or some that belong to the publication."""

from __future__ import annotations

import colorsys
import hashlib
import re
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.sheet.colours import mixed, readable

PAPER = "#fbf6ea"
"""The colour of text on a dark ground, and of the ground of dark text."""

DARK_ENOUGH = 7.5
"""The contrast of `PAPER` on the ground, at least."""

GROUNDS = (
    "#1c3a52", "#2f4030", "#6b2333", "#443066", "#37424f", "#6a3f17", "#0f4a4a", "#1f3f7a",
    "#73273f", "#46501c",
)  # fmt: skip
"""Colours of covers, which distinguish the books on a shelf."""

OCHRE, CORAL, SKY = "#e3a938", "#ee7b5c", "#8fc3da"
SECONDS = ((0.12, SKY), (0.45, CORAL), (0.92, OCHRE), (1.0, SKY))
"""Contrasting colours, each with the end of the range of ground hues that it suits."""

GREYISH = 0.12
"""The saturation under which a ground has no hue to speak of."""

_COVER = late(r"--cover:\s*(#[0-9a-f]{6})\b", re.IGNORECASE)


class CoverPalette(NamedTuple):
    """``deep`` is a darker ground, ``tint`` the colour of patterns on it, ``pale`` less prominent
    than `PAPER`, ``second`` a contrasting colour, and ``band`` that of a plain cover."""

    ground: str
    deep: str
    tint: str
    pale: str
    second: str
    band: str
    paper: str = PAPER

    def css(self) -> str:
        pairs = "; ".join(f"--{name}: {value}" for name, value in self._asdict().items())
        return f"html {{ {pairs} }}\n"


def palette(metadata: Metadata, theme_css: str) -> CoverPalette:
    """The publisher's colour, or a theme's ``--cover``, made dark enough; else one by the title."""
    theme_colours = _COVER.findall(theme_css)
    by_title = GROUNDS[digest(metadata)[0] % len(GROUNDS)]
    chosen = metadata.brand.accent or (theme_colours[-1].lower() if theme_colours else by_title)
    ground = readable(chosen, PAPER, DARK_ENOUGH)
    return CoverPalette(
        ground=ground,
        deep=mixed("#000000", ground, 0.3),
        tint=mixed(PAPER, ground, 0.3),
        pale=mixed(PAPER, ground, 0.85),
        second=_second(ground),
        band=ground if metadata.brand.accent else "#000000",
    )


def digest(metadata: Metadata) -> bytes:
    """Bytes derived from a publication, for features that should differ between publications."""
    return hashlib.sha256(f"{metadata.title}\0{metadata.subtitle}".encode()).digest()


def _second(ground: str) -> str:
    """A light colour from another part of the circle of hues."""
    red, green, blue = (int(ground[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < GREYISH:
        return OCHRE
    return next(colour for end, colour in SECONDS if hue <= end)
