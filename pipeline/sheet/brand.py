"""A publisher's colour in the styles: on paper, and on screens by day and by night."""

from __future__ import annotations

from pipeline.sheet.colours import mixed, readable

PAPER, NIGHT = "#ffffff", "#14171a"
"""What text stands on: paper and a light page, and a dark page."""

TINT = 0.08
"""How much of the colour is in the ground of boxes."""

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
