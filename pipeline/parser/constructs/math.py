"""Formulas on lines of their own: between lines of ``$$``, or in a fence ``math``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.diagnostics import Span
from pipeline.model import Attributes, Block, MathBlock
from pipeline.parser.constructs.parts import FenceParts


def block(lines: Sequence[str], span: Span, attributes: Attributes) -> MathBlock:
    """``lines`` are all between the marks: the first is what follows the opening ones."""
    return MathBlock(tex="\n".join(lines), span=span, attributes=attributes)


def fence(parts: FenceParts) -> tuple[Block, ...]:
    return (block(("", *parts.lines), parts.span, parts.attributes),)
