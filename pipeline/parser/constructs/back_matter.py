"""The places of the index, ``::: index``, and of the bibliography: ``::: bibliography``, or
Pandoc's ``::: {#refs}``."""

from __future__ import annotations

from pipeline.model import Bibliography, Block, Index
from pipeline.parser.constructs.parts import Parts


def bibliography(parts: Parts) -> tuple[Block, ...]:
    return (*parts.children, Bibliography(span=parts.span, attributes=parts.attributes))


def index(parts: Parts) -> tuple[Block, ...]:
    """The index, after the content of the block, such as an introduction."""
    return (*parts.headed, Index(span=parts.span, attributes=parts.attributes))
