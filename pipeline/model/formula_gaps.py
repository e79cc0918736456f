"""Gaps in the markup of formulas: lines to write on, whose width is given in letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

GAP = "gap"
"""The class of the space above the line."""

LETTER, HEIGHT = 0.6, 0.8
"""The width of a letter, of which a gap has as many as underscores, and its height, in ems."""

_SPACE = r'<mspace class="gap" width="([\d.]+)em" height="[\d.]+em"></mspace>'
_SPACES = re.compile(_SPACE)
_LINES = re.compile(rf"<munder[^<>]*>{_SPACE}<mo[^<>]*>[^<>]*</mo></munder>")


def mark(space: Element) -> None:
    """Mark a space as a gap."""
    space.attrib = {"class": GAP, "width": space.get("width", ""), "height": f"{HEIGHT}em"}


def with_room(mathml: str, letter: float, height: float) -> str:
    """A formula with its gaps as wide and high as handwriting needs, in ems."""

    def room(match: re.Match[str]) -> str:
        width = float(match[1]) / LETTER * letter
        return f'<mspace class="gap" width="{width:.3f}em" height="{height:.3f}em"></mspace>'

    return _SPACES.sub(room, mathml)


def with_fields(mathml: str, field: Callable[[int], str]) -> str:
    """A formula with the markup of ``field`` for each gap, given its width in letters."""
    return _LINES.sub(
        lambda match: f"<mtext>{field(round(float(match[1]) / LETTER))}</mtext>", mathml
    )
