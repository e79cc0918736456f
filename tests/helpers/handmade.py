"""Documents made by hand, for what no source gives alone, and their findings."""

from __future__ import annotations

from typing import Any

from pipeline.model import (
    Block,
    Document,
    Heading,
    Inline,
    Paragraph,
    Text,
)
from pipeline.model.diagnostics import Span
from pipeline.model.metadata import Metadata


def text(words: str) -> tuple[Text, ...]:
    return (Text(text=words),)


def paragraph(*inlines: Inline | str, line: int = 1) -> Paragraph:
    children = tuple(Text(text=i) if isinstance(i, str) else i for i in inlines)
    return Paragraph(span=Span(line), children=children)


def heading(level: int, words: str) -> Heading:
    return Heading(span=Span(1), level=level, children=text(words))


def document(*blocks: Block, **metadata: Any) -> Document:
    return Document(metadata=Metadata(**metadata), blocks=blocks, source="x.md")


def findings(found: Document) -> list[tuple[str, int]]:
    assert all(d.source == "x.md" for d in found.diagnostics)
    return [(d.code, d.line) for d in found.diagnostics]
