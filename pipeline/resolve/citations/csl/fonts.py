"""The fonts and affixes that an element asks for."""

from __future__ import annotations

from pipeline.resolve.citations.csl import marks
from pipeline.resolve.citations.csl.elements import Element

_FONTS = (
    ("font-style", {"italic": marks.ITALIC, "oblique": marks.ITALIC, "normal": marks.UPRIGHT}),
    ("font-variant", {"small-caps": marks.SMALL_CAPS}),
    ("font-weight", {"bold": marks.BOLD}),
    ("text-decoration", {"underline": marks.UNDERLINE}),
    ("vertical-align", {"sup": marks.SUPERSCRIPT, "sub": marks.SUBSCRIPT}),
)


def formatted(element: Element, text: str) -> str:
    """``text`` in the fonts that an element asks for, with its affixes."""
    if not text:
        return ""
    for attribute, kinds in _FONTS:
        if mark := kinds.get(element.get(attribute)):
            text = marks.group(mark, text)
    text = f"{element.get('prefix')}{text}{element.get('suffix')}"
    match element.get("display"):
        case "left-margin":
            return marks.group(marks.MARGIN, text)
        case "block" | "indent":
            return f"{marks.BREAK}{text}"
    return text
