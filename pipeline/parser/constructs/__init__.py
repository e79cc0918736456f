"""The constructs that ``:::`` blocks and fences can be, by name: one module a family."""

from __future__ import annotations

from pipeline.model import Block
from pipeline.parser.constructs import boxes, code, lines
from pipeline.parser.constructs.parts import Construct, FenceConstruct, FenceParts, Parts

CONTAINERS: dict[str, Construct] = {
    **dict.fromkeys(boxes.NAMES, boxes.box),
    "details": boxes.details,
    "summary": boxes.details,
    "lines": lines.writing_lines,
}
FENCES: dict[str, FenceConstruct] = {}


def container(parts: Parts) -> tuple[Block, ...]:
    """What a ``:::`` block becomes; one of an unknown name is a container of that class."""
    return CONTAINERS.get(parts.name, boxes.container)(parts)


def fence(parts: FenceParts) -> tuple[Block, ...]:
    """What a fence becomes; one of no special language is code."""
    return FENCES.get(parts.language, code.code)(parts)
