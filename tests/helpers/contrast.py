"""The contrast of two colours, as WCAG 2.2 defines it."""

from __future__ import annotations


def luminance(colour: str) -> float:
    """The relative luminance, from 0 to 1, of a colour such as ``#7a3410``."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """From 1 for equal colours to 21 for black and white."""
    dark, light = sorted(map(luminance, (first, second)))
    return (light + 0.05) / (dark + 0.05)
