"""Spans ``[text]{.class}`` whose class means an element, or is one of several names."""

from __future__ import annotations

from pipeline.model import Attributes
from pipeline.parser.attributes import make

ELEMENTS = {"underline": "u", "ul": "u", "mark": "mark", "highlight": "mark"}
"""The classes that are elements; Pandoc's, and what people call them otherwise."""

NAMES = {"smallcaps": "small-caps"}


def named(attributes: Attributes) -> tuple[str, Attributes]:
    """The element that a span is, and its attributes without the class that says so."""
    classes = tuple(NAMES.get(name, name) for name in attributes.classes)
    name = next((name for name in classes if name in ELEMENTS), "")
    if not name and classes == attributes.classes:
        return "span", attributes
    rest = tuple(other for other in classes if other != name)
    return ELEMENTS.get(name, "span"), make(attributes.id, rest, attributes.pairs)
