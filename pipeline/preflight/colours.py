"""Contrast, as WCAG 2.2 counts it."""

from __future__ import annotations

from pipeline.preflight.layout import Colour


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, section 5, “contrast ratio”)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """The relative luminance of a colour, from 0 to 1 (WCAG 2.2, section 5)."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def grey(colour: Colour) -> Colour:
    """What a colour becomes on a printer that has black alone (ISO 32000-1, section 10.3.5)."""
    value = round(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)
    return Colour(value, value, value)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
