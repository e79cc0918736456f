"""Contrast between colours, as defined by WCAG 2.2 (section 5)."""

from __future__ import annotations


def luminance(red: float, green: float, blue: float) -> float:
    """The relative luminance, from 0 to 1, of a colour of parts from 0 to 1."""
    parts = (red, green, blue)
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: float, other: float) -> float:
    """The contrast of two luminances, from 1 for the same to 21 for black and white."""
    dark, light = sorted((one, other))
    return (light + 0.05) / (dark + 0.05)
