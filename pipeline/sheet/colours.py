"""Colours as ``#rrggbb``: how they stand out from each other, and what is made of them."""

from __future__ import annotations

STEPS = 50
"""How finely a colour is made darker or lighter."""


def contrast(one: str, other: str) -> float:
    """From 1 for two alike to 21 for black and white (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance, from 0 to 1 (WCAG 2.2)."""
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
