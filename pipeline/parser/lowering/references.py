"""From the elements of cross-references to the nodes of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from xml.etree.ElementTree import Element

from pipeline.diagnostics import Span
from pipeline.model import Attributes, CrossReference, Inline, Text
from pipeline.parser.attributes import make
from pipeline.parser.inlines.patterns import InlineSpan

PAGE = "page"
"""The class that asks for the page as well: ``@fig-x{.page}``."""


def cross_reference(element: Element, attributes: Attributes) -> CrossReference:
    """``@fig-x`` with the attributes after it."""
    assert isinstance(element, InlineSpan)
    form: Literal["full", "number", "page"] = "full"
    if element.get("form") == "number":
        form = "number"
    elif PAGE in attributes.classes:
        form = "page"
    classes = tuple(name for name in attributes.classes if name != PAGE)
    return CrossReference(
        target=element.get("target", ""),
        form=form,
        span=Span(*element.place) if element.place[0] else None,
        attributes=make(attributes.id, classes, attributes.pairs),
    )


def cross_references(element: Element, attributes: Attributes) -> Iterator[Inline]:
    """``[@fig-x; @fig-y]``, all of them with the attributes after it, but for an id."""
    for index, child in enumerate(element):
        if index:
            yield Text(text="; ")
            attributes = make("", attributes.classes, attributes.pairs)
        yield cross_reference(child, attributes)
