"""Colours as ``#rrggbb``: their contrast, derived colours, and the publisher's own in the styles,
on paper and on screens in light and dark mode."""

from __future__ import annotations

STEPS = 50
"""The step for making a colour darker or lighter."""


def contrast(first: str, second: str) -> float:
    """The contrast, from 1 for equal colours to 21 for black and white (WCAG 2.2)."""
    return contrast_of_luminances(*(luminance(*_shares(colour)) for colour in (first, second)))


def contrast_of_luminances(first: float, second: float) -> float:
    """The contrast, from 1 for equal luminances to 21 for black and white (WCAG 2.2, section 5)."""
    dark, light = sorted((first, second))
    return (light + 0.05) / (dark + 0.05)


def luminance(red: float, green: float, blue: float) -> float:
    """The relative luminance, from 0 to 1, of a colour with components from 0 to 1."""
    parts = (red, green, blue)
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(colour: str, ground: str, share: float) -> str:
    """A colour mixed into another, with a share from 0 to 1."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(
        f"{round(part * share + ground_part * (1 - share)):02x}" for part, ground_part in pairs
    )


def readable(colour: str, ground: str, least: float) -> str:
    """The colour, or the nearest darker or lighter one with a contrast of ``least`` to 1."""
    end = "#000000" if luminance(*_shares(ground)) > 0.18 else "#ffffff"
    for step in range(STEPS):
        candidate = mixed(end, colour, step / STEPS)
        if contrast(candidate, ground) >= least:
            return candidate
    return end


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _shares(colour: str) -> tuple[float, float, float]:
    red, green, blue = _parts(colour)
    return red / 255, green / 255, blue / 255


PAPER, NIGHT = "#ffffff", "#14171a"
"""The grounds of text: paper and a light page, and a dark page."""

ACCENTS = {"classic": "#1f3b57", "modern": "#0b4f6c", "plain": "#000000"}
"""The colours of the themes, as their styles have them."""

TINT = 0.08
"""The share of the colour in the ground of boxes."""

TEXT, AT_NIGHT = 4.5, 7
"""The contrast of text on its ground, at least."""


def print_rules(accent: str) -> str:
    """The colour and the tint of printed pages; "" without a colour."""
    if not accent:
        return ""
    tint = mixed(accent, PAPER, TINT)
    rules = f"html {{ --accent: {accent}; --tint: {tint} }}\n"
    darker = readable(accent, tint, TEXT)
    return rules if darker == accent else f"{rules}.box {{ --accent: {darker} }}\n"


def screen_rules(accent: str) -> str:
    """The same for a web page."""
    if not accent:
        return ""
    tint = mixed(accent, PAPER, TINT)
    return f":root {{ --accent: {readable(accent, tint, TEXT)}; --tint: {tint} }}\n"


def night_rules(accent: str) -> str:
    """The same for a dark web page, where the colour is lighter."""
    if not accent:
        return ""
    light = readable(accent, NIGHT, AT_NIGHT)
    tint = mixed(light, NIGHT, TINT)
    return f":root {{ --accent: {readable(light, tint, AT_NIGHT)}; --tint: {tint} }}\n"
