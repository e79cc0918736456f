"""Elements of raw HTML that are open."""

from __future__ import annotations

from pipeline.diagnostics import Span
from pipeline.model import Node
from pipeline.parser.markup.tags import attributes_of


class Frame:
    """An element that is open: what it is, and what it holds so far."""

    __slots__ = ("attributes", "items", "span", "tag", "values")

    def __init__(self, tag: str, values: dict[str, str], span: Span | None) -> None:
        self.tag = tag
        self.values = values
        self.span = span
        self.items: list[Node] = []
        self.attributes = attributes_of(tag, values)
