"""Contrast, as WCAG 2.2 counts it."""

from __future__ import annotations

from pipeline import contrast as contrast_of
from pipeline.preflight.layout import Colour


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, section 5, “contrast ratio”)."""
    return contrast_of.ratio(luminance(one), luminance(other))


def luminance(colour: Colour) -> float:
    """The relative luminance of a colour, from 0 to 1 (WCAG 2.2, section 5)."""
    return contrast_of.luminance(colour.red / 255, colour.green / 255, colour.blue / 255)


def grey(colour: Colour) -> Colour:
    """What a colour becomes on a printer that has black alone (ISO 32000-1, section 10.3.5)."""
    value = round(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)
    return Colour(value, value, value)
