"""The order of exercises and choices in the versions of a worksheet. It follows from the seed and
from what all readers get, so that the key of a version has the order of its handout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Node
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import FIXED, LEVEL, TOGETHER, find, is_for_teachers
from pipeline.select.shuffling import arranged

_Place: TypeAlias = tuple[str, int, int]

Ranks: TypeAlias = dict[_Place, tuple[int, int]]
"""The place of each exercise that moves: the number of its group, and its place there."""

_Unit: TypeAlias = list[Block]
"""An exercise, or several that stay together, with what teachers get after it."""


def rearranged(document: Document, whole: Document, seeds: Sequence[int]) -> Document:
    """A variant of the ``whole`` document in the order of the last version of some."""
    ranks = _ranks(whole, seeds)

    def within(node: model.Container) -> Node:
        return replace(node, children=tuple(_in_order(node.children, document, ranks)))

    def choose(node: model.Choices) -> Node:
        fixed = [number for number, item in enumerate(node.items) if is_fixed(item)]
        return replace(node, items=arranged(node.items, seeds, fixed))

    changes: Changes = {model.Container: within, model.Choices: choose}
    document = rewrite_document(document, enter=changes)
    return replace(document, blocks=tuple(_in_order(document.blocks, document, ranks)))


def is_fixed(node: Node) -> bool:
    """Return whether something keeps its place in all versions."""
    return FIXED in node.attributes.classes


def moving_groups(blocks: Iterable[Block]) -> Iterator[list[_Unit]]:
    """The groups of exercises, directly after each other, that change places among themselves."""
    group: list[_Unit] = []
    for block in blocks:
        if _holds_exercises(block):
            is_one_of_levels = group and _is_for_level(block) and _is_for_level(group[-1][-1])
            if is_one_of_levels:  # the same exercise for others
                group[-1].append(block)
            else:
                group.append([block])
        elif group and is_for_teachers(block):
            group[-1].append(block)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _holds_exercises(block: Block) -> bool:
    if isinstance(block, model.Container) and (block.name == LEVEL or is_together(block)):
        return bool(block.children) and all(
            _holds_exercises(child) or is_together(block) for child in block.children
        )
    return isinstance(block, model.Exercise) and not is_for_teachers(block)


def is_together(block: Node) -> bool:
    """Return whether exercises in a block stay together in their order."""
    if not isinstance(block, model.Container):
        return False
    return TOGETHER in (block.name, *block.attributes.classes)


def _is_for_level(block: Block) -> bool:
    return bool(block.attributes.get(LEVEL))


def _ranks(whole: Document, seeds: Sequence[int]) -> Ranks:
    ranks: Ranks = {}
    groups = list(moving_groups(whole.blocks))
    for _, node, _ in find(whole, model.Container):
        if not is_together(node):
            groups += moving_groups(node.children)
    for number, units in enumerate(groups):
        places = range(len(units))
        fixed = [place for place in places if is_fixed(units[place][0])]
        for rank, place in enumerate(arranged(places, seeds, fixed)):
            for block in units[place]:
                if place_of := _place(whole, block):
                    ranks[place_of] = number, rank
    return ranks


def _place(document: Document, block: Block) -> _Place | None:
    span = document.place(block.span)
    return (span.file, span.line, span.column) if span else None


def _in_order(blocks: tuple[Block, ...], document: Document, ranks: Ranks) -> Iterator[Block]:
    """Blocks, of which those of a group are in the order of their ranks."""
    group: list[tuple[tuple[int, int], Block]] = []
    for block in blocks:
        place = _place(document, block)
        rank = ranks.get(place) if place else None
        if group and (rank is None or rank[0] != group[0][0][0]):
            yield from (each for _, each in sorted(group, key=lambda pair: pair[0]))
            group = []
        if rank is None:
            yield block
        else:
            group.append((rank, block))
    yield from (each for _, each in sorted(group, key=lambda pair: pair[0]))
