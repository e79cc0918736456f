"""Matching and ordering exercises: ``::: matching`` and ``::: ordering``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser.constructs.parts import Parts


class _Shape(NamedTuple):
    """The required content of a block: the kinds of which it needs exactly one, the code of the
    finding otherwise, the names of the block and the kinds, and the hint."""

    kinds: tuple[type[Block], ...]
    code: Code
    block: str
    wanted: str
    hint: str


PAIRS = _Shape(
    (model.Table, model.DefinitionList),
    Code.WRONG_MATCHING,
    "matching",
    "table of two columns or definition list",
    "Write the pairs as a table of two columns, or as a definition list.",
)
SERIES = _Shape(
    (model.List,),
    Code.WRONG_ORDERING,
    "ordering",
    "numbered list",
    "Write the things as a numbered list, in the right order.",
)


def matching(parts: Parts) -> tuple[Block, ...]:
    """The pairs in a table or a definition list, between the blocks around them."""
    return _around(parts, PAIRS, _matching)


def ordering(parts: Parts) -> tuple[Block, ...]:
    """The items of a numbered list, between the blocks around it."""
    return _around(parts, SERIES, _ordering)


Make = Callable[[Block, Parts], "model.Matching | model.Ordering | None"]


def _around(parts: Parts, shape: _Shape, make: Make) -> tuple[Block, ...]:
    candidates = [block for block in parts.children if isinstance(block, shape.kinds)]
    if len(candidates) != 1:
        count = "two of them" if candidates else "none"
        message = f"`::: {shape.block}` needs one {shape.wanted}, and has {count}."
        place = candidates[1].span if candidates else parts.span
        parts.report(shape.code, message, place or parts.span, shape.hint)
        return parts.children
    blocks: list[Block] = []
    for block in parts.headed:
        task = make(block, parts) if block is candidates[0] else None
        if task is None:
            blocks.append(block)
            continue
        if isinstance(block, model.Table) and block.caption:
            blocks.append(model.Paragraph(children=block.caption, span=block.span))
        attributes = parts.attributes if parts.attributes != NO_ATTRIBUTES else block.attributes
        blocks.append(replace(task, span=block.span, attributes=attributes))
    return tuple(blocks)


# --- pairs ------------------------------------------------------------------------------


class Pair(NamedTuple):
    left: model.ListItem
    right: model.ListItem


def _matching(block: Block, parts: Parts) -> model.Matching | None:
    if (way := parts.attributes.get("match")) not in ("", "letters", "lines"):
        message = f"`match={way}` is no way of matching."
        parts.report(Code.BAD_ATTRIBUTE, message, parts.span, "Write `letters` or `lines`.")
    if isinstance(block, model.Table):
        if any(len(row.cells) != 2 for row in (*block.head, *block.body)):
            message = "The table of a matching exercise does not have two columns."
            _report(parts, PAIRS, message, block.span)
            return None
        pairs = [Pair(*(_item(c.children, c.span) for c in row.cells)) for row in block.body]
    else:
        assert isinstance(block, model.DefinitionList)
        pairs = list(_definitions(block, parts))
    whole = [pair for pair in pairs if pair.left.children]
    # An entry on the right alone is a distractor.
    extra = [pair.right for pair in pairs if not pair.left.children and pair.right.children]
    for pair in whole:
        if not pair.right.children:
            message = "An item on the left has no partner on the right."
            _report(parts, PAIRS, message, pair.left.span or block.span)
    if len(whole) < 2:
        _report(parts, PAIRS, "A matching exercise needs two pairs at least.", block.span)
    if not whole:
        return None
    return model.Matching(
        left=tuple(pair.left for pair in whole),
        right=(*(pair.right for pair in whole), *extra),
        solution=tuple(range(len(whole))),
        head=_head(block),
    )


def _head(block: Block) -> tuple[model.Plain, ...]:
    """The headers of a table's columns, if any."""
    if not isinstance(block, model.Table) or not block.head:
        return ()
    cells = block.head[0].cells
    if not any(cell.children for cell in cells):
        return ()
    return tuple(
        model.Plain(children=tuple(_inlines(cell.children)), span=cell.span) for cell in cells
    )


def _inlines(blocks: tuple[Block, ...]) -> Iterator[Inline]:
    for block in blocks:
        if isinstance(block, model.Plain | model.Paragraph):
            yield from block.children


def _definitions(block: model.DefinitionList, parts: Parts) -> Iterator[Pair]:
    """Each term with its definition, which several terms may share."""
    for item in block.items:
        if len(item.definitions) > 1:
            message = "A term of a matching exercise has more than one definition."
            _report(parts, PAIRS, message, item.span or block.span)
        definition = item.definitions[0] if item.definitions else ()
        for term in item.terms:
            left = _item((model.Plain(children=term),) if term else (), item.span)
            yield Pair(left, _item(definition, item.span))


def _item(blocks: tuple[Block, ...], span: Span | None) -> model.ListItem:
    return model.ListItem(children=blocks, span=span)


# --- series -----------------------------------------------------------------------------


def _ordering(block: Block, parts: Parts) -> model.Ordering | None:
    assert isinstance(block, model.List)
    if not block.ordered:
        message = "The list of an ordering exercise is not numbered."
        _report(parts, SERIES, message, block.span)
    items = tuple(item for item in block.items if item.children)
    if len(items) < 2:
        _report(parts, SERIES, "An ordering exercise needs two items at least.", block.span)
    return model.Ordering(items=items, solution=tuple(range(len(items)))) if items else None


def _report(parts: Parts, shape: _Shape, message: str, span: Span | None) -> None:
    parts.report(shape.code, message, span or parts.span, shape.hint)
