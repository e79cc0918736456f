"""The blocks of exercises: questions, matching, ordering, and room to write and draw in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    NO_ATTRIBUTES,
    Attributes,
    Block,
    Exercise,
    Inline,
    List,
    ListItem,
    Ruling,
    WritingLines,
    WritingSpace,
)
from pipeline.model.block_parts import BlockReader, Parts
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span, span_over
from pipeline.model.names import did_you_mean
from pipeline.model.tree import plain_text
from pipeline.parser.constructs.boxes import answer, container
from pipeline.parser.constructs.choices import attach_prompts
from pipeline.parser.leaf_blocks import TALLEST
from pipeline.parser.names import mentions_answer

# --- room ------------------------------------------------------------------------------------
# Space to write and draw in: ``::: lines 4``, ``::: space 40mm``, ``::: draw height=6cm``.

MAX_LINES = 100

SMALLEST_SPACE = 10
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
        parts = replace(parts, attributes=attributes, argument=f"height={height}")
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
    if SMALLEST_SPACE <= height <= TALLEST:
        return height
    written = f"::: {parts.name} {parts.argument}".strip()
    message = f"`{written}` does not give a height from {SMALLEST_SPACE} to {TALLEST} mm."
    hint = f"Write, for example, `::: {parts.name} 40mm`."
    parts.report(Code.WRONG_COUNT, message, parts.span, hint)
    return float(SMALLEST_SPACE)


def _option(parts: Parts, known: dict[str, Ruling] | tuple[str, ...]) -> tuple[str, Attributes]:
    """The first of the ``known`` classes, and all other attributes; reports a similar one."""
    attributes = parts.attributes
    for name in attributes.classes:
        if name not in known and (hint := did_you_mean(name, known)):
            message = f"The class `{name}` has no effect here."
            parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
    chosen = next((name for name in attributes.classes if name in known), "")
    return chosen, attributes.without(classes={chosen})


# --- tasks -----------------------------------------------------------------------------------
# Matching and ordering exercises: ``::: matching`` and ``::: ordering``.


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
    return _wrap(parts, PAIRS, _matching)


def ordering(parts: Parts) -> tuple[Block, ...]:
    """The items of a numbered list, between the blocks around it."""
    return _wrap(parts, SERIES, _ordering)


Make = Callable[[Block, Parts], "model.Matching | model.Ordering | None"]


def _wrap(parts: Parts, shape: _Shape, make: Make) -> tuple[Block, ...]:
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


# --- syntax ----------------------------------------------------------------------------------
# The blocks of exercises. Their questions are items of numbered lists, with the blocks that belong
# to each.


def exercise(parts: Parts) -> tuple[Block, ...]:
    title, attributes = parts.titled
    children = gather(tuple(map(_gather_within, parts.children)))
    return (Exercise(title=title, children=children, span=parts.span, attributes=attributes),)


BELONGING = (
    model.WritingLines, model.WritingSpace, model.Answer, model.TeacherNote, model.Choices,
    model.Matching, model.Ordering,
)  # fmt: skip
"""Nodes that belong to the preceding question even without its indentation."""


HOLDERS = (
    model.Container, model.Admonition, model.BlockQuote, model.Answer, model.TeacherNote,
)  # fmt: skip
"""Nodes in which there may be lists of questions."""


def _gather_within(block: Block) -> Block:
    """A block with the blocks in its questions, or in those of lists in it, gathered as well."""
    if isinstance(block, List | model.Ordering):
        items = tuple(map(_gather_item, block.items))
        return block if items == block.items else replace(block, items=items)
    if isinstance(block, HOLDERS):
        children = tuple(map(_gather_within, block.children))
        return block if children == block.children else replace(block, children=children)
    return block


def _gather_item(item: ListItem) -> ListItem:
    children = gather(tuple(map(_gather_within, item.children)))
    return item if children == item.children else replace(item, children=children)


class _Series:
    """A list at ``at`` that may go on after the blocks that belong to its last question."""

    def __init__(self, node: List, at: int) -> None:
        self.node = node
        self.at = at
        self.items = list(node.items)

    def continues_with(self, node: List) -> bool:
        number = self.node.start + len(self.items)
        return self.kind == _kind(node) and node.start == number

    @property
    def kind(self) -> tuple[str, str]:
        return _kind(self.node)

    @property
    def includes_following(self) -> bool:
        """True if the blocks after the last question belong to it, as with the other questions."""
        if len(self.items) > len(self.node.items):
            return True
        return not _has_room(self.items[-1:]) and _has_room(self.items)

    def take(self, blocks: Iterable[Block], more: Iterable[ListItem] = ()) -> None:
        """Add the blocks that belong to the last question to it, and the others after the list."""
        last = self.items[-1]
        children = attach_prompts((*last.children, *blocks))
        self.items[-1] = replace(last, children=children, span=_extend_span(children, last))
        self.items += more

    @property
    def done(self) -> List:
        """The list with everything it has absorbed; unchanged if that is nothing."""
        items = tuple(self.items)
        if items == self.node.items:
            return self.node
        return replace(self.node, items=items, tight=False, span=_extend_span(items, self.node))


def gather(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of an exercise, in which lists separated only by writing lines, answers and the
    like, or by lists of another kind, are joined: each of these belongs to the question before it.
    So do the blocks after the last question, if the other questions have such blocks."""
    joined: list[Block] = []
    unfinished: list[_Series] = []  # no two of a kind, the innermost last

    def end(*, down_to: int = 0) -> None:
        while len(unfinished) > down_to:
            series = unfinished.pop()
            if joined[series.at + 1 :] and series.includes_following:
                series.take(joined[series.at + 1 :])
                del joined[series.at + 1 :]
            joined[series.at] = series.done

    for block in blocks:
        if not isinstance(block, List) or not block.ordered:
            if not isinstance(block, BELONGING):
                end()
            joined.append(block)
            continue
        alike = [at for at, series in enumerate(unfinished) if series.kind == _kind(block)]
        if alike and unfinished[alike[0]].continues_with(block):
            end(down_to=alike[0] + 1)
            series = unfinished[alike[0]]
            series.take(joined[series.at + 1 :], block.items)
            del joined[series.at + 1 :]
            continue
        if alike:
            end(down_to=alike[0])
        unfinished.append(_Series(block, len(joined)))
        joined.append(block)
    end()
    return tuple(joined)


def _has_room(items: Iterable[ListItem]) -> bool:
    return any(isinstance(child, BELONGING) for item in items for child in item.children)


def _kind(node: List) -> tuple[str, str]:
    return node.style, node.form


def _extend_span(nodes: tuple[ListItem | Block, ...], node: ListItem | List) -> Span | None:
    return span_over(node.span, nodes[-1].span if nodes else None)


def rubric(parts: Parts) -> tuple[Block, ...]:
    """A table of criteria and what is reached of them. What is none may hold answers."""
    tables = [block for block in parts.children if isinstance(block, model.Table)]
    cells = (cell for table in tables for row in table.head for cell in row.cells)
    has_answers = any(mentions_answer(plain_text(cell.children)) for cell in cells)
    if has_answers or not tables:
        lack = "a column of answers" if has_answers else "no table"
        message = f"The rubric has {lack}: only teachers get its content."
        hint = "Write a table with a criterion in each row, and what is reached in the columns."
        parts.report(Code.BAD_TABLE, message, parts.span, hint)
        return answer(parts)
    children = tuple(
        replace(block, body=tuple(map(_with_head, block.body)))
        if isinstance(block, model.Table)
        else block
        for block in parts.children
    )
    return container(replace(parts, children=children))


def _with_head(row: model.TableRow) -> model.TableRow:
    """A row whose first cell is its header."""
    return replace(row, cells=(replace(row.cells[0], scope="row"), *row.cells[1:]))


CONTAINERS: dict[str, BlockReader] = {
    "exercise": exercise,
    "rubric": rubric,
    "lines": writing_lines,
    **dict.fromkeys(("space", "draw"), writing_space),
    "matching": matching,
    "ordering": ordering,
}
