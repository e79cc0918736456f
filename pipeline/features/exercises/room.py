"""Space to write and draw in: ``::: lines 4``, ``::: space 40mm``, ``::: draw height=6cm``."""

from __future__ import annotations

import re

from pipeline.model import Attributes, Block, Ruling, WritingLines, WritingSpace
from pipeline.model.codes import Code
from pipeline.model.names import did_you_mean
from pipeline.parser.blocks.breaks import TALLEST
from pipeline.parser.constructs.parts import Parts

MAX_LINES = 100

SMALLEST = 10
"""The minimum height of a space, in millimetres."""

UNITS = {"mm": 1, "cm": 10, "in": 25.4}

RULINGS: dict[str, Ruling] = {"dotted": "dotted", "plain": "plain"}
"""The classes that say how lines are ruled."""

SQUARED = "squared"


def writing_lines(parts: Parts) -> tuple[Block, ...]:
    argument = parts.argument
    count = int(argument) if argument.isdecimal() and len(argument) < 4 else 0
    if not 1 <= count <= MAX_LINES:
        written = f"`::: lines {argument}`" if argument else "`::: lines`"
        message = f"{written} is not a valid number of lines."
        hint = f"Write a number from 1 to {MAX_LINES}: `::: lines 4`."
        parts.report(Code.WRONG_COUNT, message, parts.span, hint)
        count = 1
    chosen, attributes = _option(parts, RULINGS)
    lines = WritingLines(
        count=count, ruling=RULINGS.get(chosen, ""), span=parts.span, attributes=attributes
    )
    return (*parts.children, lines)


def writing_space(parts: Parts) -> tuple[Block, ...]:
    if height := parts.attributes.get("height"):
        attributes = parts.attributes.without({"height"})
        parts = parts._replace(attributes=attributes, argument=f"height={height}")
    chosen, attributes = _option(parts, (SQUARED,))
    space = WritingSpace(
        height=_height(parts), squared=bool(chosen), span=parts.span, attributes=attributes
    )
    return (*parts.children, space)


def _height(parts: Parts) -> float:
    """Millimetres; a bare number is some."""
    argument = parts.argument.removeprefix("height=").strip("\"'").lower()
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)\s*([a-z]*)", argument, re.ASCII)
    height = round(float(match[1]) * UNITS.get(match[2] or "mm", 0), 4) if match else 0
    if SMALLEST <= height <= TALLEST:
        return height
    written = f"::: {parts.name} {parts.argument}".strip()
    message = f"`{written}` does not give a height from {SMALLEST} to {TALLEST} mm."
    hint = f"Write, for example, `::: {parts.name} 40mm`."
    parts.report(Code.WRONG_COUNT, message, parts.span, hint)
    return float(SMALLEST)


def _option(parts: Parts, known: dict[str, Ruling] | tuple[str, ...]) -> tuple[str, Attributes]:
    """The first of the ``known`` classes, and all other attributes; reports a similar one."""
    attributes = parts.attributes
    for name in attributes.classes:
        if name not in known and (hint := did_you_mean(name, known)):
            message = f"The class `{name}` has no effect here."
            parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
    chosen = next((name for name in attributes.classes if name in known), "")
    return chosen, attributes.without(classes={chosen})
