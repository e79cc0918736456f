"""The blocks of exercises. Their questions are items of numbered lists, with the blocks that belong
to each."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.features.exercises import room, tasks
from pipeline.model import Block, Exercise, List, ListItem
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span, covering
from pipeline.model.tree import plain_text
from pipeline.parser.constructs import for_teachers
from pipeline.parser.constructs.boxes import container
from pipeline.parser.constructs.choices import attach_prompts
from pipeline.parser.constructs.parts import Construct, Parts
from pipeline.parser.names import mentions_answer


def exercise(parts: Parts) -> tuple[Block, ...]:
    title, attributes = parts.titled
    children = gathered(tuple(map(_gathered_within, parts.children)))
    return (Exercise(title=title, children=children, span=parts.span, attributes=attributes),)


ROOM = (
    model.WritingLines, model.WritingSpace, model.Answer, model.TeacherNote, model.Choices,
    model.Matching, model.Ordering,
)  # fmt: skip
"""Nodes that belong to the preceding question even without its indentation."""


HOLDERS = (
    model.Container, model.Admonition, model.BlockQuote, model.Answer, model.TeacherNote,
)  # fmt: skip
"""Nodes in which there may be lists of questions."""


def _gathered_within(block: Block) -> Block:
    """A block with the blocks in its questions, or in those of lists in it, gathered as well."""
    if isinstance(block, List | model.Ordering):
        items = tuple(map(_gathered_item, block.items))
        return block if items == block.items else replace(block, items=items)
    if isinstance(block, HOLDERS):
        children = tuple(map(_gathered_within, block.children))
        return block if children == block.children else replace(block, children=children)
    return block


def _gathered_item(item: ListItem) -> ListItem:
    children = gathered(tuple(map(_gathered_within, item.children)))
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
        self.items[-1] = replace(last, children=children, span=_covering(children, last))
        self.items += more

    @property
    def done(self) -> List:
        """The list with everything it has absorbed; unchanged if that is nothing."""
        items = tuple(self.items)
        if items == self.node.items:
            return self.node
        return replace(self.node, items=items, tight=False, span=_covering(items, self.node))


def gathered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
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
            if not isinstance(block, ROOM):
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
    return any(isinstance(child, ROOM) for item in items for child in item.children)


def _kind(node: List) -> tuple[str, str]:
    return node.style, node.form


def _covering(nodes: tuple[ListItem | Block, ...], node: ListItem | List) -> Span | None:
    return covering(node.span, nodes[-1].span if nodes else None)


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
        return for_teachers.answer(parts)
    children = tuple(
        replace(block, body=tuple(map(_headed, block.body)))
        if isinstance(block, model.Table)
        else block
        for block in parts.children
    )
    return container(parts._replace(children=children))


def _headed(row: model.TableRow) -> model.TableRow:
    """A row whose first cell is its header."""
    return replace(row, cells=(replace(row.cells[0], scope="row"), *row.cells[1:]))


CONTAINERS: dict[str, Construct] = {
    "exercise": exercise,
    "rubric": rubric,
    "lines": room.writing_lines,
    **dict.fromkeys(("space", "draw"), room.writing_space),
    "matching": tasks.matching,
    "ordering": tasks.ordering,
}
