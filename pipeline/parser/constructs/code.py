"""Listings."""

from __future__ import annotations

from pipeline.model import Block, CodeBlock
from pipeline.parser.constructs.parts import FenceParts


def code(parts: FenceParts) -> tuple[Block, ...]:
    block = CodeBlock(
        text=parts.text, language=parts.language, span=parts.span, attributes=parts.attributes
    )
    return (block,)
