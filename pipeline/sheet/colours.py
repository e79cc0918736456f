"""Colours as ``#rrggbb``: how they stand out from each other, and what is made of them."""

from __future__ import annotations

from pipeline import contrast as contrast_of

STEPS = 50
"""How finely a colour is made darker or lighter."""


def contrast(one: str, other: str) -> float:
    """From 1 for two alike to 21 for black and white (WCAG 2.2)."""
    return contrast_of.ratio(luminance(one), luminance(other))


def luminance(colour: str) -> float:
    """The relative luminance, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = _parts(colour)
    return contrast_of.luminance(red / 255, green / 255, blue / 255)


def mixed(colour: str, ground: str, share: float) -> str:
    """So much of a colour in another, from 0 to 1."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(one * share + other * (1 - share)):02x}" for one, other in pairs)


def readable(colour: str, ground: str, least: float) -> str:
    """The colour, or the nearest darker or lighter one with a contrast of ``least`` to 1."""
    end = "#000000" if luminance(ground) > 0.18 else "#ffffff"
    for step in range(STEPS):
        found = mixed(end, colour, step / STEPS)
        if contrast(found, ground) >= least:
            return found
    return end


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
