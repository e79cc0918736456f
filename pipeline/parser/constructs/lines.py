"""Lines to write on: ``::: lines 4``."""

from __future__ import annotations

from pipeline.codes import Code
from pipeline.model import Block, WritingLines
from pipeline.parser.constructs.parts import Parts

MAX_LINES = 100


def writing_lines(parts: Parts) -> tuple[Block, ...]:
    argument = parts.argument
    count = int(argument) if argument.isdecimal() and len(argument) < 4 else 0
    if not 1 <= count <= MAX_LINES:
        written = f"`::: lines {argument}`" if argument else "`::: lines`"
        message = f"{written} does not say how many lines."
        hint = f"Write a number from 1 to {MAX_LINES}: `::: lines 4`."
        parts.report(Code.WRONG_COUNT, message, parts.span, hint)
        count = 1
    lines = WritingLines(count=count, span=parts.span, attributes=parts.attributes)
    return (*parts.children, lines)
