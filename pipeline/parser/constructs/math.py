"""Formulas on lines of their own: between lines of ``$$``, or in a fence ``math``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Attributes, Block, MathBlock
from pipeline.model.diagnostics import Span
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.lines import Line


def block(lines: Sequence[Line], span: Span, attributes: Attributes, marks: int = 2) -> MathBlock:
    """``lines`` are everything between the delimiters: the first is the rest of the opening line,
    after that number of marks."""
    margin = lines[1].offset if len(lines) > 1 else 1
    tex = "\n".join(lines)
    return MathBlock(tex=tex, marks=marks, margin=margin, span=span, attributes=attributes)


def fence(parts: Parts) -> tuple[Block, ...]:
    lines = (Line("", parts.span.line, parts.span.column), *parts.lines)
    return (block(lines, parts.span, parts.attributes),)
