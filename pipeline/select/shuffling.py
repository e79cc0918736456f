"""Shuffling for matching and ordering exercises, the same for all editions of a version. The order
follows from the text that students see: not from answers in it, and not from the order of the
source, which is the solution. It is that order only if no other exists."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from pipeline.model import (
    Blank,
    Choice,
    ListItem,
    Matching,
    Node,
    Ordering,
    PageBreak,
    gaps,
    strings,
)
from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.removal import for_all
from pipeline.model.tree import FIELDS, is_partial, walk

_HOLD = PageBreak()
"""A placeholder in each item while parts of the document are removed, so that no item is removed
with them and all keep their partners."""


AS_WRITTEN = 0
"""The seed of a version in the order of the text, if that is no solution."""

ATTEMPTS = 50
"""Orders tried for a version until one is repeated."""

T = TypeVar("T")


def seeds_of(edition: Edition, metadata: Metadata) -> tuple[int, ...]:
    """The seeds of the versions up to that of an edition; screens have the first. The seed 0 keeps
    the order of the text."""
    seeds: list[int] = []
    for name, seed in metadata.versions:
        seeds.append(seed)
        if name == edition.version or not edition.version:
            break
    return tuple(seeds) or (AS_WRITTEN,)


def arranged(items: Sequence[T], seeds: Sequence[int], fixed: Collection[int]) -> tuple[T, ...]:
    """Choices, or numbers, in the order that they have in the last of some versions, with seeds.
    Those at ``fixed`` places stay there."""
    contents = [
        _content_of(item) if isinstance(item, Choice) else _ItemContent(str(item), True, True)
        for item in items
    ]
    return tuple(items[place] for place in _order(contents, seeds, fixed, is_solution=False))


def shuffled(task: Matching | Ordering, seeds: Sequence[int]) -> Matching | Ordering:
    """The task in another order, whatever content only some readers get: that of the last of some
    versions."""
    if isinstance(task, Ordering):
        order = _order([_content_of(item) for item in task.items], seeds)
        items = tuple(_with_hold(task.items[index]) for index in order)
        return replace(task, items=items, solution=order)
    things = [_content_of(item) for item in task.right]
    first: dict[str, int] = {}  # of things that are the same one is enough
    same = [
        first.setdefault(thing.content, index) if thing.is_for_all else index
        for index, thing in enumerate(things)
    ]
    kept = sorted(set(same))
    order = tuple(kept[place] for place in _order([things[index] for index in kept], seeds))
    place_of = {index: place for place, index in enumerate(order)}
    return replace(
        task,
        head=gaps.closed(task.head),
        left=tuple(map(_with_hold, task.left)),
        right=tuple(_with_hold(task.right[index]) for index in order),
        solution=tuple(place_of[same[index]] for index in task.solution),
    )


def settled(task: Matching | Ordering, *, solved: bool) -> tuple[Node, ...]:
    """The shuffled task, without what has been emptied since; ``solved`` with its solution."""
    if isinstance(task, Ordering):
        left = [index for index, item in enumerate(task.items) if _is_there(item)]
        rank = {place: rank for rank, place in enumerate(sorted(task.solution[i] for i in left))}
        items = tuple(_free(task.items[index]) for index in left)
        solution = tuple(rank[task.solution[index]] for index in left)
        done: Node = replace(task, items=items, solution=solution if solved else ())
        return (done,) if items else ()
    pairs = [
        (item, partner)
        for item, partner in zip(task.left, task.solution, strict=True)
        if _is_there(item) and _is_there(task.right[partner])
    ]
    partners = {partner for _, partner in pairs}
    lonely = set(range(len(task.right))) - set(task.solution)
    right = [
        index
        for index, item in enumerate(task.right)
        if _is_there(item) and index in partners | lonely
    ]
    place_of = {index: place for place, index in enumerate(right)}
    done = replace(
        task,
        left=tuple(_free(item) for item, _ in pairs),
        right=tuple(_free(task.right[index]) for index in right),
        solution=tuple(place_of[partner] for _, partner in pairs) if solved else (),
    )
    return (done,) if pairs else ()


class _ItemContent(NamedTuple):
    """The text of an item without answers, whether all readers get something of it, and whether all
    get the same, with no answer in it."""

    content: str
    is_common: bool
    is_for_all: bool


def _content_of(item: ListItem | Choice) -> _ItemContent:
    shown = list(walk(for_all(gaps.closed((item,)))))
    return _ItemContent(
        content="\0".join(part for node in shown for part in (type(node).__name__, *_texts(node))),
        is_common=any(type(node) not in FIELDS for node in shown),
        is_for_all=not gaps.has_any((item,))
        and not any(
            isinstance(node, Blank)
            or is_partial(node)
            or any(map(strings.answers, strings.strings_of(node)))
            for node in walk(item)
        ),
    )


def _order(
    contents: Sequence[_ItemContent],
    seeds: Sequence[int],
    fixed: Collection[int] = (),
    *,
    is_solution: bool = True,
) -> tuple[int, ...]:
    """The order in the last of some versions, by the items' text and the seed: unlike the earlier
    ones if possible, and if the given order ``is_solution``, not that, even of those items that all
    readers get."""
    order, earlier = list[int](), list[list[str]]()
    for seed in seeds:
        order = list(range(len(contents)))
        if seed != AS_WRITTEN or is_solution:
            order = _new_order(contents, seed, fixed, earlier, is_solution=is_solution)
        earlier.append([contents[index].content for index in order if contents[index].is_common])
    return tuple(order)


def _new_order(
    contents: Sequence[_ItemContent],
    seed: int,
    fixed: Collection[int],
    earlier: Sequence[list[str]],
    *,
    is_solution: bool,
) -> list[int]:
    salt = f"{seed} " if seed else ""
    for attempt in itertools.count():
        marks = [_digest(f"{attempt} {salt}{thing.content}") for thing in contents]
        moved = (n for n in sorted(range(len(contents)), key=marks.__getitem__) if n not in fixed)
        order = [n if n in fixed else next(moved) for n in range(len(contents))]
        common = [index for index in order if contents[index].is_common]
        is_new = [contents[index].content for index in common] not in earlier
        is_other = _is_another(order, contents) and _is_another(common, contents)
        if (is_new or attempt >= ATTEMPTS) and (is_other or not is_solution):
            return order
    raise AssertionError("some order is another one")


def _is_another(order: list[int], contents: Sequence[_ItemContent]) -> bool:
    """Return whether an order of some items differs from the given one, if there is another."""
    before = [contents[index].content for index in sorted(order)]
    return [contents[index].content for index in order] != before or len(set(before)) < 2


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _texts(node: Node) -> Iterable[str]:
    if isinstance(node, Blank | ListItem):  # an answer; what is called by its place
        return ()
    return (strings.settled(value, solved=False) for value in strings.all_strings(node))


def _with_hold(item: ListItem) -> ListItem:
    # It goes first: what follows a heading may be removed with it.
    (closed,) = gaps.closed((replace(item, children=(_HOLD, *item.children)),))
    return closed


def _is_there(item: ListItem) -> bool:
    return len(item.children) > 1


def _free(item: ListItem) -> ListItem:
    return replace(item, children=item.children[1:])
