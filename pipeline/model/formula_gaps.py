"""Gaps in the markup of formulas: lines to write on, whose width is given in letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pipeline.model.late import late

GAP = "gap"
"""The class of the space above the line."""

LETTER, HEIGHT = 0.6, 0.8
"""The width of a letter, of which a gap has as many as underscores, and its height, in ems."""

_SPACES = late(r'<mspace class="gap" width="([\d.]+)em" height="[\d.]+em"></mspace>')


def mark(space: Element) -> None:
    """Mark a space as a gap."""
    space.attrib = {"class": GAP, "width": space.get("width", ""), "height": f"{HEIGHT}em"}


def is_gap(element: Element) -> bool:
    """Return whether an element is the space of a gap."""
    return element.tag == "mspace" and element.get("class") == GAP


def letters(element: Element) -> Iterator[int]:
    """The width of each gap in an element, in letters."""
    for space in filter(is_gap, element.iter()):
        yield round(float(space.get("width", "0").removesuffix("em")) / LETTER)


def with_room(mathml: str, letter: float, height: float) -> str:
    """A formula with its gaps as wide and high as handwriting needs, in ems."""

    def room(match: re.Match[str]) -> str:
        width = float(match[1]) / LETTER * letter
        return f'<mspace class="gap" width="{width:.3f}em" height="{height:.3f}em"></mspace>'

    return _SPACES.sub(room, mathml)
