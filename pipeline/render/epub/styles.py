"""The style sheets of an e-book, in the CSS that all e-readers know.

They are written like those of the web, with sides that follow the direction of the text. Old
reading systems (Adobe's, and Amazon's converter) know left and right alone, so these are put in
their place; and of a unit that is newer than they are, nobody knows what they make.
"""

from __future__ import annotations

import re
from typing import Literal

import jinja2
from msgspec.structs import replace

from pipeline.pages import Style
from pipeline.render.environment import read_text
from pipeline.render.styles import construct_styles

BASE = "style.css"
MODERN = "modern.css"
"""What only newer reading systems know, in a file of its own."""

APART = frozenset({"epub-strokes.css"})
"""The styles of constructs that belong into that file."""

_SIDE = re.compile(r"\b(margin|padding|border)-inline-(start|end)\b")
_ALIGN = re.compile(r"text-align: (start|end)\b")
_HYPHENS = re.compile(r"(?<!-)\bhyphens: (\w+)")
_NEW_UNIT = re.compile(r"(?<![^;{}\s/])[\w-]++:[^:;{}]*\d(?:ch|ex|rem|lh|v[wh])\b[^;{}]*;?\s*")


def styles(
    environment: jinja2.Environment,
    constructs: tuple[str, ...],
    rules: str,
    direction: Literal["ltr", "rtl"],
) -> tuple[Style, ...]:
    """The style sheets for ``constructs``; ``rules`` are those that are made for the pages."""
    known = (
        Style(BASE, read_text(environment, "epub/style.css")),
        *construct_styles(environment, "epub", constructs),
        Style("widths.css", rules),
    )
    modern = Style(MODERN, read_text(environment, "epub/modern.css"), apart=True)
    return (
        *(
            replace(style, css=plain(style.css, direction))
            for style in known
            if style.css and style.name not in APART
        ),
        modern,
        *(replace(style, apart=True) for style in known if style.name in APART),
    )


def plain(css: str, direction: Literal["ltr", "rtl"]) -> str:
    """A style sheet with the sides that its text has, and without declarations in new units. The
    alignment of text can be said both ways, and so can hyphens, which WebKit had its own name for
    until 2023."""
    start, end = ("left", "right") if direction == "ltr" else ("right", "left")
    sides = {"start": start, "end": end}
    css = _SIDE.sub(lambda match: f"{match[1]}-{sides[match[2]]}", css)
    css = _ALIGN.sub(lambda match: f"text-align: {sides[match[1]]}; {match[0]}", css)
    css = _HYPHENS.sub(lambda match: f"-webkit-{match[0]}; {match[0]}", css)
    return _NEW_UNIT.sub("", css)
