"""What containers and boxes are in markup, by name: their elements and roles."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import Admonition, Container


class Form(NamedTuple):
    """An element, its ARIA role (DPUB-ARIA 1.1), and the name that EPUB's Structural
    Semantics give it; "" for none."""

    tag: str = "div"
    role: str = ""
    kind: str = ""


BLOCK_TAGS = frozenset({"div", "section", "aside", "details", "summary", "address"})

# An `aside` within the text is no landmark: it says so by its role. EPUB has a name for
# sidebars too, which is deprecated.
CONTAINERS: dict[str, Form] = {
    **{tag: Form(tag) for tag in BLOCK_TAGS},
    "aside": Form("aside", "note"),
    "sidebar": Form("aside", "note"),
    "pull-quote": Form("aside", "doc-pullquote", "pullquote"),
    "epigraph": Form("blockquote", "doc-epigraph", "epigraph"),
    "glossary": Form("section", "doc-glossary", "glossary"),
}
BOXES: dict[str, Form] = {
    "example": Form(role="doc-example"),
    "tip": Form(role="doc-tip", kind="tip"),
    **dict.fromkeys(("important", "warning", "caution"), Form(role="doc-notice", kind="notice")),
}
NOTE = Form(role="note")


def form(node: Container | Admonition) -> Form:
    """The form of a container or a box; for those of no special name a `div`."""
    if isinstance(node, Admonition):
        return BOXES.get(node.kind, NOTE)
    return CONTAINERS.get(node.name, Form())
