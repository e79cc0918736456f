"""Boxes of lessons whose first heading is their title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Inline
from pipeline.parser import constructs
from pipeline.parser.constructs.boxes import title_of
from pipeline.parser.constructs.parts import Parts

Title = tuple[Inline, ...]


def box(parts: Parts, kind: str, label: str, fold: Literal["", "closed"] = "") -> tuple[Block, ...]:
    """A box whose title is its first heading, or else ``label``."""
    title, attributes = title_of(parts)
    children = parts.children
    if not title and children and isinstance(children[0], model.Heading):
        title, children = children[0].children, children[1:]
    return (
        model.Admonition(
            kind=kind,
            title=title or (model.Text(text=label),),
            children=children,
            span=parts.span,
            attributes=attributes,
            fold=fold,
        ),
    )


def exercises(parts: Parts) -> tuple[Block, ...]:
    """An exercise for each heading of the first one's level in a block, which is its title."""
    bare = parts._replace(name="exercise", argument="", attributes=NO_ATTRIBUTES)
    return tuple(
        block
        for title, children in _headed(parts)
        for block in constructs.container(bare._replace(heading=title, children=children))
    )


def _headed(parts: Parts) -> Iterator[tuple[Title, tuple[Block, ...]]]:
    title: Title = title_of(parts)[0]
    children: list[Block] = []
    level = next((node.level for node in parts.children if isinstance(node, model.Heading)), 0)
    for node in parts.children:
        if isinstance(node, model.Heading) and node.level == level:
            if children:
                yield title, tuple(children)
            title, children = node.children, []
        else:
            children.append(node)
    yield title, tuple(children)
