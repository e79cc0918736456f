"""The brand that the front matter describes: a logo, a colour, a line at the foot."""

from __future__ import annotations

import math
import re

from pipeline.metadata import Brand, Placed
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.paths import is_inside
from pipeline.parser.frontmatter.values import TEXT, Report, Shape, parsed, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node
from pipeline.sheet.colours import contrast

BRAND = Shape(
    "a brand",
    {
        "logo": {"type": "string", "description": "An image in the source's folder."},
        "alt": TEXT | {"description": "What the logo says, for those who cannot see it."},
        "accent": {
            "type": "string",
            "pattern": "^#[0-9A-Fa-f]{6}$",
            "description": "The colour of headings and rules: #1f3b57.",
        },
        "footer": TEXT | {"description": "A line at the foot of every page."},
    },
)

DARK_ENOUGH = 4.5
"""The contrast that text has on white at least (WCAG 2.2, success criterion 1.4.3)."""


def accent(value: str) -> str:
    """``#rrggbb`` in small letters, dark enough for text on white. Raises `BadValueError`."""
    colour = value.lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise BadValueError(f"`{shorten(value)}` is not a colour.", "Write it like #1f3b57.")
    on_white = contrast(colour, "#ffffff")
    if on_white < DARK_ENOUGH:
        rounded = math.floor(on_white * 10) / 10
        raise BadValueError(
            f"`{colour}` has a contrast of {rounded:g} to 1 on white, too little for text.",
            "Choose a darker one, of 4.5 to 1 or more.",
        )
    return colour


def brand(node: Node, report: Report, key: str) -> Brand | None:
    if not isinstance(node, Mapping):
        report.wrong(key, "it has names for its parts.", node.place, "Write `logo:`, `accent:` …")
        return None
    values = BRAND.read(node, report, key) or {}
    logo = None
    if "logo" in values:
        path, place = text(values["logo"], report, key), values["logo"].place
        if path and is_inside(path, place, report, "logo"):
            logo = Placed(path, place.line, place.column)
    said = {name: text(values[name], report, key) for name in ("alt", "footer") if name in values}
    colour = parsed(accent)(values["accent"], report, key) if "accent" in values else None
    return Brand(logo, said.get("alt") or "", colour or "", said.get("footer") or "")
