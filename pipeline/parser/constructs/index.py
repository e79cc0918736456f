"""``::: index``: where the index stands."""

from __future__ import annotations

from pipeline.model import Block, Index, Paragraph, Strong
from pipeline.parser.constructs.parts import Parts


def index(parts: Parts) -> tuple[Block, ...]:
    """The index, after what is written in the block: an introduction, say."""
    before = parts.children
    if title := parts.title:
        before = (Paragraph(children=(Strong(children=title),), span=parts.span), *before)
    return (*before, Index(span=parts.span, attributes=parts.attributes))
