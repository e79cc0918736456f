"""What sets the looks of printed editions apart: their styles, their faces, how tables are set."""

from __future__ import annotations

import jinja2

from pipeline.editions import Look
from pipeline.faces import FACES, LARGE_PRINT_FACES
from pipeline.model import Document, PageMark
from pipeline.pages import Face, Style
from pipeline.paper import PrintOptions, Theme
from pipeline.render.environment import read_text
from pipeline.sheet import large_print
from pipeline.tree import walk, whole

STYLES: dict[Look, tuple[str, ...]] = {
    "standard": (),
    "large": ("untinted", "large-print"),
    "grey": ("untinted", "greyscale"),
}
"""The style sheets of ``templates/pdf`` that come after all others."""


def look_styles(
    environment: jinja2.Environment, look: Look, document: Document
) -> tuple[Style, ...]:
    styles = tuple(
        Style(f"{name}.css", read_text(environment, f"pdf/{name}.css")) for name in STYLES[look]
    )
    if look != "large":
        return styles
    around = large_print.furniture(document.metadata, tells_pages=has_page_marks(document))
    return (*styles, Style("furniture.css", around))


def theme_for(look: Look, options: PrintOptions) -> Theme:
    """The theme of an edition. How large print looks follows from the guidelines for it."""
    return "classic" if look == "large" else options.theme or "classic"


def look_faces(look: Look) -> tuple[Face, ...]:
    """The faces of the text, but for what they lack."""
    return LARGE_PRINT_FACES if look == "large" else FACES


def has_page_marks(document: Document) -> bool:
    """Whether it tells where the pages of the standard edition begin."""
    return any(isinstance(node, PageMark) for node in walk(whole(document)))
