"""The page that the front matter asks for: its size, margins, columns and text."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.paper import SIZES, Margins, PageOptions, PageSize
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.lengths import LENGTH, length, points
from pipeline.parser.frontmatter.values import Report, Shape, parsed, read_values
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node
from pipeline.suggestions import did_you_mean

SMALLEST_PAGE, LARGEST_PAGE = 60, 1200
"""Millimetres that the side of a page may have."""

THICKEST = 50
"""Sheets that can be folded together at most."""


def page_size(value: str) -> PageSize:
    """A size by its name, or ``150mm x 220mm``."""
    name = " ".join(value.lower().replace("-", " ").split())
    name = {"statement": "half letter", "us letter": "letter", "us legal": "legal"}.get(name, name)
    if name in SIZES:
        return SIZES[name]
    parts = re.split(r"[x×]|(?<=\s)by(?=\s)", value, flags=re.IGNORECASE)
    sides = [part.strip() for part in parts]
    if len(sides) != 2:
        known = ", ".join(size.name for size in SIZES.values())
        hint = did_you_mean(name, SIZES) or f"There are {known}; or write 150mm x 220mm."
        raise BadValueError(f"`{shorten(value)}` is not a size of paper.", hint)
    unit = re.search(r"(?<![a-z])[a-z]+$", sides[1].lower())
    if unit and not re.search(r"[a-z]", sides[0].lower()):
        sides[0] += unit[0]  # “150 x 220 mm”
    width, height = map(length(SMALLEST_PAGE, LARGEST_PAGE), sides)
    return PageSize(f"{width:g} × {height:g} mm", width, height)


MARGINS = Shape(
    "margins",
    {
        "top": LENGTH | {"description": "Above the text."},
        "bottom": LENGTH | {"description": "Below the text."},
        "inner": LENGTH | {"description": "At the spine; to the left where there is none."},
        "outer": LENGTH | {"description": "At the outer edge."},
    },
    aliases={"left": "inner", "right": "outer", "inside": "inner", "outside": "outer"},
)
MARGIN = length(0, 150)


def margins(node: Node, report: Report, key: str) -> Margins | None:
    if isinstance(node, Mapping):
        values = MARGINS.read(node, report, key) or {}
        read = {name: parsed(MARGIN)(value, report, key) for name, value in values.items()}
        return Margins(**read)
    every = parsed(MARGIN)(node, report, key)
    return None if every is None else Margins(every, every, every, every)


def _columns(value: str) -> int:
    if value not in ("1", "2"):
        raise BadValueError(f"`{shorten(value)}` is not a number of columns.", "Write 1 or 2.")
    return int(value)


def _signature(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= THICKEST:
        raise BadValueError(f"`{shorten(value)}` is not a number of sheets from 1 to {THICKEST}.")
    return int(value)


PAGE = Shape(
    "a page",
    {
        "size": {"type": "string", "description": "A4, Letter, A5 …, or 150mm x 220mm."},
        "margins": {
            "anyOf": [LENGTH, MARGINS.schema()],
            "description": "One for all edges, or top, bottom, inner and outer.",
        },
        "gutter": LENGTH | {"description": "What the binding takes; pages are mirrored then."},
        "columns": {"enum": [1, 2], "description": "How many columns the text has."},
        "text": LENGTH | {"description": "The size of the text, in points."},
        "leading": LENGTH | {"description": "From line to line, in points."},
        "creep": LENGTH
        | {"description": "In a booklet: how far a sheet pushes out the one within."},
        "signature": {
            "type": "integer",
            "minimum": 1,
            "maximum": THICKEST,
            "description": "In a booklet: how many sheets are folded together.",
        },
    },
)


def page(node: Node, report: Report, key: str) -> PageOptions | None:
    if not isinstance(node, Mapping):
        size = parsed(page_size)(node, report, key)
        return PageOptions(size=size) if size else None
    readers: dict[str, Callable[[Node, Report, str], object]] = {
        "size": parsed(page_size),
        "margins": margins,
        "gutter": parsed(length(0, 60)),
        "columns": parsed(_columns),
        "text": parsed(points),
        "leading": parsed(points),
        "creep": parsed(length(0, 2)),
        "signature": parsed(_signature),
    }
    options = PageOptions(**read_values(PAGE, readers, node, report, key))
    if options.text and options.leading and options.leading < options.text:
        report.wrong(key, "lines would be closer than the text is high.", node.place)
        return None
    return options
