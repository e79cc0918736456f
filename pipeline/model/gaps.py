"""Gaps in a document, where ranges of its source were left out: stand-ins for text and blocks, and
how they are closed, so that text joins, lists are as close as the rest, and nothing is empty."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, List, Node, removal
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import FIELDS, walk

N = TypeVar("N", bound=Node)

TEXT, BLOCK = "\ufdd0", "\ufdd1"
"""They stand for a character, and for a block. No source can have them."""

STAND_INS = late(f"[{TEXT}{BLOCK}]+")
_SCRIPTS = late(rf"([_^])\s*[{TEXT}{BLOCK}]+")


def stand_in(span: Span, *, is_answer: bool) -> Block:
    """The node in place of a block; that of an answer belongs to the question before it."""
    if is_answer:
        return model.Answer(children=(), span=span, attributes=Attributes(classes=(BLOCK,)))
    return model.Container(name=BLOCK, children=(), span=span)


def is_left_out(text: str) -> bool:
    """Return whether nothing but gaps is left of a text."""
    return not STAND_INS.sub("", text).strip() and bool(text.strip())


def has_any(nodes: tuple[Node, ...]) -> bool:
    """Return whether there are gaps in some nodes."""
    return any(_stands_in(node) or _has_gap(node) for node in walk(nodes))


def closed(nodes: tuple[N, ...]) -> tuple[N, ...]:
    """The nodes without gaps. Those in items to match or order stay until select has found an order
    that is the same for those who have what was there."""
    spacing = _Spacing()
    enters: Changes = {
        model.Answer: lambda node: () if _stands_in(node) else node,
        model.Container: lambda node: () if _stands_in(node) else node,
        model.Exercise: _without_stand_ins,
        model.List: spacing.enter,
        model.Matching: lambda node: (node,),
        model.Ordering: lambda node: (node,),
    }
    kinds = {type(node) for node in walk(nodes) if _has_gap(node)}
    leaves: Changes = {
        **removal.CLOSE,
        **{kind: _then_closed if kind in removal.CLOSE else _cleaned for kind in kinds},
        model.Text: _parted,
        model.List: spacing.leave,
    }
    return rewrite(nodes, enter=enters, leave=leaves)


def _stands_in(node: Node) -> bool:
    return (isinstance(node, model.Container) and node.name == BLOCK) or (
        isinstance(node, model.Answer) and BLOCK in node.attributes.classes
    )


def _without_stand_ins(node: model.Exercise) -> model.Exercise:
    """An exercise may consist of its title only."""
    kept = tuple(child for child in node.children if not _stands_in(child))
    return replace(node, children=kept) if not kept and node.children else node


def _has_gap(node: Node) -> bool:
    return any(_has_stand_in(getattr(node, name)) for name in _fields(type(node)))


@functools.cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a node that can have strings of its own."""
    others = {"span", *FIELDS.get(kind, ())}
    return tuple(name for name in kind.__struct_fields__ if name not in others)


def _has_stand_in(value: Any) -> bool:
    """Return whether a value, which is no node, has a stand-in in one of its strings."""
    if value is NO_ATTRIBUTES:
        return False
    if isinstance(value, str):
        return STAND_INS.search(value) is not None
    if isinstance(value, tuple):
        return any(map(_has_stand_in, value))
    if isinstance(value, msgspec.Struct) and not isinstance(value, Node):
        return any(_has_stand_in(getattr(value, name)) for name in value.__struct_fields__)
    return False


def _parted(node: model.Text) -> tuple[Node, ...]:
    """A text with gaps in place of its stand-ins."""
    if not STAND_INS.search(node.text):
        return (node,)
    parts: list[Node] = []
    for part in STAND_INS.split(node.text):
        parts += (removal.LEFT_OUT, *((replace(node, text=part),) if part else ()))
    return tuple(parts[1:])


def _cleaned(node: Any) -> Any:
    """A node whose strings are closed up; an abbreviation without a title is a text."""
    changes = {name: _without(getattr(node, name)) for name in node.__struct_fields__}
    if isinstance(node, model.Math | model.MathBlock):
        changes["tex"] = _without(_SCRIPTS.sub(r"\1{}", node.tex))  # a sign needs something
    if isinstance(node, model.Abbreviation) and not changes["title"]:
        return model.Text(text=node.text, span=node.span)
    return replace(node, **changes)


def _without(value: Any) -> Any:
    """A value with its strings closed up; a class that has a gap is none."""
    if not _has_stand_in(value):
        return value
    if isinstance(value, str):
        return _closed_up(value)
    if isinstance(value, tuple):
        return tuple(map(_without, value))
    if isinstance(value, Attributes):
        value = value.without(classes=[name for name in value.classes if STAND_INS.search(name)])
    changes = {name: _without(getattr(value, name)) for name in value.__struct_fields__}
    return replace(value, **changes)


def _then_closed(node: Any) -> Any:
    return removal.CLOSE[type(node)](_cleaned(node))


def _closed_up(text: str) -> str:
    if not STAND_INS.search(text):
        return text
    parts = removal.closed_up(_parted(model.Text(text=text)))
    return "".join(part.text for part in parts if isinstance(part, model.Text))


_Pair = tuple[Span, Span]


class _Spacing:
    """The loose lists by position: a blank line beside what is removed does not count."""

    def __init__(self) -> None:
        self._before: dict[Span, dict[_Pair, bool]] = {}

    def enter(self, node: List) -> List:
        if not node.tight and node.span:
            self._before[node.span] = dict(_neighbours(node))
        return node

    def leave(self, node: List) -> List:
        before = self._before.get(node.span) if node.span else None
        if not before or not any(is_loose for is_loose in before.values()):
            return node
        within = {pair for item in node.items for pair in _pairs([b.span for b in item.children])}
        now = [pair for pair, _ in _neighbours(node)]
        if any(before.get(pair, pair in within) for pair in now):
            return node
        return replace(node, tight=True)


def _neighbours(node: List) -> Iterator[tuple[_Pair, bool]]:
    """Consecutive blocks in a list, and whether there is a blank line between them."""
    blocks = [block.span for item in node.items for block in item.children]
    for upper, lower in _pairs(blocks):
        end = max(upper.line, upper.end)
        yield (upper, lower), upper.file != lower.file or lower.line > end + 1


def _pairs(spans: list[Span | None]) -> Iterator[_Pair]:
    return pairwise(span for span in spans if span)
