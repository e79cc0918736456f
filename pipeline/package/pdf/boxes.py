"""Walks the boxes of a page that WeasyPrint has laid out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.package.pdf.markup import classes


def bare(box: Any) -> Any:
    """The box itself, of one that is out of the flow and only holds a place in it."""
    return getattr(box, "_box", box)


def all_boxes(box: Any) -> Iterator[Any]:
    """A box and all within it, in order."""
    stack = [box]
    while stack:
        box = bare(stack.pop())
        yield box
        stack += getattr(box, "children", ())[::-1]


def elements(box: Any) -> Iterator[Element]:
    """The elements that a box and those within it are of."""
    return (inner.element for inner in all_boxes(box) if inner.element is not None)


def has_class(box: Any, name: str) -> bool:
    """Whether a box is that of an element of the class, not of a generated part of it."""
    element = box.element
    return element is not None and "::" not in box.element_tag and name in classes(element)


def shows(box: Any) -> bool:
    """Whether a box is a piece of text, or a picture."""
    return bool(getattr(box, "text", "").strip()) or hasattr(box, "replacement")
