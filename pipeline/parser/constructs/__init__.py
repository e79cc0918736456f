"""The constructs that ``:::`` blocks and fences can be, by name: one module a family."""

from __future__ import annotations

from pipeline.features import FEATURES, here
from pipeline.model import Block
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.tree import LEVEL, TOGETHER, WORD_BANK
from pipeline.parser import slips
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.fences import (
    PLAIN_KINDS,
    chart,
    code,
    csv,
    math,
    of_type,
    table_of_rows,
)
from pipeline.parser.constructs.source_parts import Construct, SourceParts
from pipeline.parser.dialects import table

CONTAINERS: dict[str, Construct] = {
    **dict.fromkeys(KINDS, boxes.box),
    "details": boxes.details,
    "summary": boxes.details,
    "spoiler": boxes.details_by_other_name,
    "figures": boxes.figures,
    "answer": boxes.answer,
    "teacher": boxes.teacher,
    LEVEL: boxes.level,
    "table": table_of_rows,
    "sidebar": boxes.sidebar,
    **dict.fromkeys(("epigraph", "pull-quote", "pullquote"), boxes.quotation),
    "columns": boxes.columns,
    "centre": boxes.plain,
    **dict.fromkeys(("verse", "poem", "lines-numbered"), boxes.verse),
}
MEANT = frozenset({
    "column", "center", "keep-together", "keep-with-next", "landscape", "letter",
    "section", TOGETHER, WORD_BANK, *(name for row in FEATURES.values() for name in row.containers),
})  # fmt: skip
"""Names of blocks that have a meaning for styles and passes, but not here."""

FENCES: dict[str, Construct] = {
    "math": math,
    "chart": chart,
    **dict.fromkeys(PLAIN_KINDS, of_type),
    **dict.fromkeys(("csv", "tsv"), csv),
}


def containers_for(dialects: tuple[str, ...]) -> dict[str, Construct]:
    """All blocks with a meaning of their own, by name, in a document of some dialects."""
    from pipeline.exercises.blocks import CONTAINERS as EXERCISES

    of_features = {
        name: read if here(feature) else boxes.container
        for feature, row in FEATURES.items()
        for name, read in row.blocks.items()
    }
    return {**CONTAINERS, **EXERCISES, **of_features, **table(dialects).containers}


def container(parts: SourceParts) -> tuple[Block, ...]:
    """The node of a ``:::`` block; an unknown name becomes a container with that class."""
    containers = containers_for(parts.files.dialects)
    if parts.name not in containers and boxes.is_group(parts):
        return boxes.figures(parts)
    named = (row.block_ids.get(parts.attributes.id) for row in FEATURES.values())
    name = parts.name or next(filter(None, named), "")
    construct = containers.get(name)
    if construct is None:
        guessed = boxes.guess_answer(parts)
        if guessed is not None:
            return guessed
        if parts.name in FENCES:
            message = f"`::: {parts.name}` is a block without a meaning of its own."
            hint = f"Write it as a fence: a line ```{parts.name}, the content, and a line ```."
            parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
        elif parts.name not in MEANT:
            size = "" if parts.children else parts.argument
            slips.warn_of_name(parts.name, (*containers, *MEANT), parts.span, parts.report, size)
        construct = boxes.container
    return construct(parts)


def fence(parts: SourceParts) -> tuple[Block, ...]:
    """The node of a fence; without a special language it is code."""
    return FENCES.get(parts.name, code)(parts)
