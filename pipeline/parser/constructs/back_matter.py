"""Where the index stands, ``::: index``, and the works that are cited: ``::: bibliography``, or
Pandoc's ``::: {#refs}``."""

from __future__ import annotations

from pipeline.model import Bibliography, Block, Index, Paragraph, Strong
from pipeline.parser.constructs.parts import Parts


def bibliography(parts: Parts) -> tuple[Block, ...]:
    return (*parts.children, Bibliography(span=parts.span, attributes=parts.attributes))


def index(parts: Parts) -> tuple[Block, ...]:
    """The index, after what is written in the block: an introduction, say."""
    before = parts.children
    if title := parts.title:
        before = (Paragraph(children=(Strong(children=title),), span=parts.span), *before)
    return (*before, Index(span=parts.span, attributes=parts.attributes))
