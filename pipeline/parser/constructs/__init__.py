"""The constructs that ``:::`` blocks and fences can be, by name: one module a family."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Protocol

from pipeline.features import FEATURES, here
from pipeline.model import Block
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.tree import LEVEL, TOGETHER, WORD_BANK
from pipeline.parser import slips
from pipeline.parser.constructs import boxes, fences, figures
from pipeline.parser.constructs.parts import Construct, Parts
from pipeline.parser.dialects import table

CONTAINERS: dict[str, Construct] = {
    **dict.fromkeys(KINDS, boxes.box),
    "details": boxes.details,
    "summary": boxes.details,
    "spoiler": boxes.folded,
    "figures": figures.figures,
    "answer": boxes.answer,
    "teacher": boxes.teacher,
    LEVEL: boxes.level,
    "table": fences.table_of_rows,
    "sidebar": boxes.sidebar,
    **dict.fromkeys(("epigraph", "pull-quote", "pullquote"), boxes.quotation),
    "columns": boxes.columns,
    "centre": boxes.plain,
}
MEANT = frozenset({
    "column", "glossary", "center", "keep-together", "keep-with-next", "landscape", "letter",
    "section", TOGETHER, WORD_BANK,
})  # fmt: skip
"""Names of blocks that have a meaning for styles and passes, but not here."""

FENCES: dict[str, Construct] = {
    "math": fences.math,
    "chart": fences.chart,
    **dict.fromkeys(fences.PLAIN_KINDS, fences.of_type),
    **dict.fromkeys(("csv", "tsv"), fences.csv),
}


def containers_for(dialects: tuple[str, ...]) -> dict[str, Construct]:
    """All blocks with a meaning of their own, by name, in a document of some dialects."""
    from pipeline.features.exercises.blocks import CONTAINERS as EXERCISES
    from pipeline.parser.constructs.boxes import CONTAINERS as VERSE

    of_features = dict.fromkeys(_OF_FEATURES, _block_of_feature)
    return {**CONTAINERS, **EXERCISES, **VERSE, **of_features, **table(dialects).containers}


_OF_FEATURES = {name: feature for feature, row in FEATURES.items() for name in row.blocks}
"""The features that blocks belong to."""


def _block_of_feature(parts: Parts) -> tuple[Block, ...]:
    """A block of a feature; without the feature, which is told, a container of that name."""
    feature = _OF_FEATURES[parts.name]
    if not here(feature):
        return boxes.container(parts)
    module: WithBlocks = importlib.import_module(f"pipeline.features.{feature}")
    return module.CONTAINERS[parts.name](parts)


class WithBlocks(Protocol):
    """The module of a feature that has blocks."""

    @property
    def CONTAINERS(self) -> Mapping[str, Construct]:  # noqa: N802 - a constant of the module
        """Their syntax, by their names."""


def container(parts: Parts) -> tuple[Block, ...]:
    """The node of a ``:::`` block; an unknown name becomes a container with that class."""
    containers = containers_for(parts.files.dialects)
    if parts.name not in containers and figures.is_group(parts):
        return figures.figures(parts)
    if not parts.name and parts.attributes.id == "refs":  # Pandoc's way to write it
        return _block_of_feature(parts._replace(name="bibliography"))
    construct = containers.get(parts.name)
    if construct is None:
        guessed = boxes.guessed(parts)
        if guessed is not None:
            return guessed
        if parts.name in FENCES:
            message = f"`::: {parts.name}` is a block without a meaning of its own."
            hint = f"Write it as a fence: a line ```{parts.name}, the content, and a line ```."
            parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
        elif parts.name not in MEANT:
            slips.warn_of_name(parts.name, (*containers, *MEANT), parts.span, parts.report)
        construct = boxes.container
    return construct(parts)


def fence(parts: Parts) -> tuple[Block, ...]:
    """The node of a fence; without a special language it is code."""
    return FENCES.get(parts.name, fences.code)(parts)
