"""Lengths and text sizes, as written in the front matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.model.names import did_you_mean
from pipeline.model.paper import SIZES, PageSize
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import reference
from pipeline.parser.frontmatter.identifiers import BadValueError

MILLIMETRES = {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72}
POINTS = {"pt": 1, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72}

SMALLEST_TEXT, LARGEST_TEXT = 6, 48
"""The minimum and maximum text size, in points."""

SMALLEST_PAGE, LARGEST_PAGE = 60, 1200
"""The minimum and maximum side of a page, in millimetres."""

LENGTH = reference(
    "length", {"type": ["string", "number"], "pattern": r"^\s*\d+(\.\d+)?\s*(mm|cm|in|pt)?\s*$"}
)


def _number(value: str, units: Mapping[str, float], plain: str) -> float | None:
    """A length in the unit whose value is 1; a bare number is in ``plain``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", value.lower(), re.ASCII)
    if found is None or (found[2] or plain) not in units:
        return None
    return float(found[1]) * units[found[2] or plain]


def length(smallest: float, largest: float) -> Callable[[str], float]:
    """A parser of lengths; a bare number is millimetres."""

    def parse(value: str) -> float:
        found = _number(value, MILLIMETRES, "mm")
        if found is None:
            raise BadValueError(f"`{shorten(value)}` is not a length.", "Write it like 20mm.")
        if not smallest <= found <= largest:
            raise BadValueError(
                f"`{shorten(value)}` is not between {smallest:g} and {largest:g} mm."
            )
        return found

    return parse


def points(value: str) -> float:
    """A size of text; a bare number is points."""
    found = _number(value, POINTS, "pt")
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is not a size.", "Write it like 11pt.")
    if not SMALLEST_TEXT <= found <= LARGEST_TEXT:
        raise BadValueError(
            f"`{shorten(value)}` is not between {SMALLEST_TEXT} and {LARGEST_TEXT} points."
        )
    return found


def page_size(value: str) -> PageSize:
    """A size by its name, also as in LaTeX (``a4paper``), or ``150mm x 220mm``."""
    name = " ".join(value.lower().replace("-", " ").removesuffix("paper").split())
    name = {"statement": "half letter", "us letter": "letter", "us legal": "legal"}.get(name, name)
    if name in SIZES:
        return SIZES[name]
    parts = re.split(r"[x×]|(?<=\s)by(?=\s)", value, flags=re.IGNORECASE)
    sides = [part.strip() for part in parts]
    if len(sides) != 2:
        known = ", ".join(size.name for size in SIZES.values())
        hint = did_you_mean(name, SIZES) or f"There are {known}; or write 150mm x 220mm."
        raise BadValueError(f"`{shorten(value)}` is not a paper size.", hint)
    unit = re.search(r"(?<![a-z])[a-z]+$", sides[1].lower())
    if unit and not re.search(r"[a-z]", sides[0].lower()):
        sides[0] += unit[0]  # “150 x 220 mm”
    width, height = map(length(SMALLEST_PAGE, LARGEST_PAGE), sides)
    return PageSize(f"{width:g} × {height:g} mm", width, height)
