"""From a document to its questions. What has no place among them is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeGuard

from msgspec.structs import replace

from pipeline import model
from pipeline.features.exercises.marks import marks_of
from pipeline.features.exercises.platforms.content import Portable, defined
from pipeline.features.exercises.platforms.questions import Content, Kind, Option, Question, gap_of
from pipeline.model import Block, Document, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.tree import FIXED, children, plain_text, walk
from pipeline.model.words import words
from pipeline.resolve.findings import Findings

TASKS = (model.Choices, model.Matching, model.Ordering)
TEXT = (model.Paragraph, model.MathBlock, model.List, model.Table, model.DefinitionList)
ROOM = (model.WritingLines, model.WritingSpace)
PARTS = (*TASKS, *ROOM, model.Answer)
"""The blocks between which the text of questions stands."""

LONGEST_NAME = 60
DEFAULT_PROMPTS: Mapping[Kind, str] = {
    "single": "choose_one",
    "several": "choose_several",
    "matching": "match_pairs",
    "ordering": "put_in_order",
}
"""The words for what is to be done where nothing is written."""


def questions_of(document: Document, findings: Findings) -> tuple[Question, ...]:
    """The questions of a document that is marked for a platform, in their order."""
    reader = _Reader(document, findings)
    reader.text(document.blocks)
    if not reader.items:
        findings.add(Code.NO_QUESTIONS, "There are no questions for a learning platform.", None)
    return tuple(reader.items)


class _Around(NamedTuple):
    """The things around some questions: blocks that belong to all of them, the name of the exercise
    or question, its points, and its place."""

    prompt: Content = ()
    name: str = ""
    points: Fraction = Fraction(0)
    span: Span | None = None
    is_exercise: bool = False


class _Reader:
    def __init__(self, document: Document, findings: Findings) -> None:
        self.items: list[Question] = []
        self._lang = document.metadata.lang
        self._findings = findings
        self._portable = Portable(document, findings)
        self._title = ""
        self._names: dict[str, int] = {}

    def text(self, blocks: Iterable[Node]) -> None:
        """Read exercises, and tasks outside them, with the answers directly below; other text is
        not for a platform."""
        is_below_task = False
        for block in blocks:
            count = len(self.items)
            if isinstance(block, model.Answer):
                if is_below_task:
                    answer = (*self.items[-1].answer, *self._portable.answer(block.children))
                    self.items[-1] = self.items[-1]._replace(answer=answer)
                continue
            if isinstance(block, model.Exercise):
                self._exercise(block)
            elif isinstance(block, (*TASKS, *TEXT)):
                if any(isinstance(node, TASKS) or _is_gap(node) for node in walk(block)):
                    self._questions((block,), _Around(span=block.span))
            else:
                self.text(children(block))
            is_below_task = isinstance(block, (*TASKS, *TEXT)) and len(self.items) > count

    def _exercise(self, node: model.Exercise) -> None:
        first = len(self.items)
        self._title = plain_text(node.title)
        title = model.Paragraph(children=(model.Strong(children=node.title),), span=node.span)
        prompt = self._portable.content((title,) if node.title else ())
        name = str(node.number or "")
        self._questions(node.children, _Around(prompt, name, Fraction(0), node.span, True))
        self._title = ""
        points, without = marks_of(node), [i for i in self.items[first:] if not i.points]
        rest = points - sum((item.points for item in self.items[first:]), Fraction(0))
        if without and rest > 0:  # those of the exercise are shared among its questions
            self.items[first:] = [
                item if item.points else item._replace(points=rest / len(without))
                for item in self.items[first:]
            ]

    def _questions(self, blocks: Iterable[Node], around: _Around) -> None:
        """Read what follows each other: blocks without a task belong to the next one, and answers
        to the one before."""
        first, stem = len(self.items), list[Block]()
        for block in _flat(blocks):
            span = block.span or around.span
            if isinstance(block, model.Answer):
                self._answer(block, around, stem, first)
            elif isinstance(block, model.List) and (
                (block.ordered and around.is_exercise) or _holds_task(block)
            ):
                self._gaps(around, stem)
                self._listed(block, self._below(stem, around))
            elif _is_grid(block):
                self._grid(block, around, stem)
            elif isinstance(block, (*ROOM, *TASKS)):
                self._gaps(around, stem)
                self._task(block, self._below(stem, around)._replace(span=span))
            else:
                assert isinstance(block, Block)
                stem.append(block)
        if self._gaps(around, stem) or not stem:
            return
        place = stem[0].span or around.span
        if len(self.items) == first:
            self._add("long", self._below(stem, around))
        else:
            self._tell("The text after the last question is left out: it belongs to none.", place)

    def _below(self, stem: list[Block], around: _Around) -> _Around:
        """The things around a task below some blocks, which belong to it."""
        content = self._portable.content(stem)
        stem.clear()
        return around._replace(prompt=(*around.prompt, *content))

    def _listed(self, node: model.List, around: _Around) -> None:
        for item in node.items:
            inner = around._replace(
                name=item.label or around.name,
                points=marks_of(item) or around.points,
                span=item.span or around.span,
            )
            self._questions(item.children, inner)

    def _answer(self, block: model.Answer, around: _Around, stem: list[Block], first: int) -> None:
        """An answer: to the question that stands before it, to the one that it follows, or, as a
        list, to each of several."""
        answer = self._portable.answer(block.children)
        gaps = self._gaps(around, stem)
        before = self.items[first:]
        listed = [each for each in answer if isinstance(each, model.List) and each.ordered]
        if (stem and not gaps) or not before:
            self._add("long", self._below(stem, around), answer=answer)
        elif listed and len(before) > 1 and len(listed[0].items) == len(before):
            self.items[first:] = [
                item._replace(answer=(*item.answer, *part.children))
                for item, part in zip(before, listed[0].items, strict=True)
            ]
        else:
            self.items[-1] = before[-1]._replace(answer=(*before[-1].answer, *answer))

    def _task(self, block: Node, around: _Around) -> None:
        match block:
            case model.Choices():
                prompt = model.Paragraph(children=block.prompt, span=block.span)
                self._choices(block, self._below([prompt] if block.prompt else [], around))
            case model.Matching():
                left = [self._content(item) for item in block.left]
                right = [self._content(item) for item in block.right]
                pairs = zip(left, (right[at] for at in block.solution), strict=False)
                extra = (each for at, each in enumerate(right) if at not in block.solution)
                self._add("matching", around, pairs=tuple(pairs), extra=tuple(extra))
            case model.Ordering():
                placed = sorted(zip(block.solution, block.items, strict=True), key=lambda p: p[0])
                order = tuple(self._content(item) for _, item in placed)
                self._add("ordering", around, order=order)
            case model.WritingLines():
                self._add("long", around, lines=block.count)
            case model.WritingSpace():
                self._add("long", around, drawing=True)

    def _choices(self, node: model.Choices, around: _Around) -> None:
        choices = tuple(
            Option(self._content(item), bool(item.correct), FIXED in item.attributes.classes)
            for item in node.items
            if item.children
        )
        right = sum(choice.is_right for choice in choices)
        if not right:
            message = "No choice is right, so that no platform can score the question: left out."
            self._tell(message, node.span or around.span)
            return
        several = node.multiple or right > 1
        if several and not node.multiple:
            message = "Several choices are right: the question becomes one with several answers."
            self._tell(message, node.span or around.span)
        self._add("several" if several else "single", around, choices=choices)

    def _grid(self, table: model.Table, around: _Around, stem: list[Block]) -> None:
        """Each row of a grid as a question, whose choices are the columns."""
        self._gaps(around, stem)
        heads = [self._content(cell) for cell in table.head[-1].cells] if table.head else []
        above = self._below(stem, around)
        for row in table.body:
            ticks = [_ticks(cell) for cell in row.cells]
            text = [
                b for cell, t in zip(row.cells, ticks, strict=True) if not t for b in cell.children
            ]
            choices = tuple(
                Option(heads[at] if at < len(heads) and heads[at] else _line(str(at + 1)), any(t))
                for at, t in enumerate(ticks)
                if t
            )
            row_around = self._below(text, above)._replace(span=row.span or around.span)
            right = sum(choice.is_right for choice in choices)
            if not right:
                self._tell("No column of this row is right, so it is left out.", row_around.span)
            else:
                kind: Kind = "single" if right == 1 else "several"
                self._add(kind, row_around, choices=choices)

    def _gaps(self, around: _Around, stem: list[Block]) -> bool:
        """Add the question that the gaps in blocks are, if there are any that are answered."""
        if not any(map(_is_gap, walk(stem))):
            return False
        prompt, answers = self._portable.with_gaps(stem)
        gaps = tuple(gap_of(answer, self._lang) for answer in answers)
        last = prompt[-1]
        kind: Kind = "gaps"
        if len(gaps) == 1 and isinstance(last, model.Paragraph | model.Plain):
            *before, end = last.children
            if isinstance(end, model.Blank):
                kind = "number" if gaps[0].number else "short"
                kept = replace(last, children=_stripped(before))
                prompt = (*prompt[:-1], *((kept,) if kept.children else ()))
        span = stem[0].span or around.span
        stem.clear()
        self._add(kind, around._replace(prompt=(*around.prompt, *prompt), span=span), gaps=gaps)
        return True

    def _content(self, node: Node) -> Content:
        return self._portable.content(children(node))

    def _add(self, kind: Kind, around: _Around, **fields: Any) -> None:
        prompt = around.prompt
        if kind in DEFAULT_PROMPTS and not prompt:
            prompt = _line(words(self._lang)[DEFAULT_PROMPTS[kind]])
        item = Question(kind, self._name(around.name, prompt), prompt, around.span, around.points)
        self.items.append(item._replace(**fields))

    def _name(self, label: str, prompt: Content) -> str:
        """The name of a question in a list of them, which no other has."""
        title = self._title or next(filter(None, map(_text, prompt)), "")[:LONGEST_NAME]
        name = " ".join(filter(None, (label, title.strip())))
        count = self._names[name] = self._names.get(name, 0) + 1
        return name if count == 1 else f"{name} ({count})"

    def _tell(self, message: str, span: Span | None) -> None:
        self._findings.add(Code.NOT_ON_PLATFORM, message, span)


def _flat(blocks: Iterable[Node]) -> Iterator[Node]:
    """The blocks, with those that hold tasks replaced by their content."""
    for block in blocks:
        if not _holds_task(block) or isinstance(block, (model.List, *PARTS)) or _is_grid(block):
            yield block
        elif isinstance(block, model.DefinitionList):
            yield from _flat(defined(block))
        else:
            if title := getattr(block, "title", ()):
                yield model.Paragraph(children=(model.Strong(children=title),))
            yield from _flat(_blocks_in(block))


def _blocks_in(node: Node) -> Iterator[Block]:
    """The nearest blocks below a node."""
    for child in children(node):
        if isinstance(child, Block):
            yield child
        else:
            yield from _blocks_in(child)


def _holds_task(block: Node) -> bool:
    return any(isinstance(node, PARTS) for node in walk(block))


def _is_gap(node: Node) -> bool:
    """Return whether a node has gaps with answers."""
    if isinstance(node, model.Blank):
        return bool(node.answer)
    return isinstance(node, model.FORMULAS) and any(node.gaps)


def _is_grid(block: Node) -> TypeGuard[model.Table]:
    return isinstance(block, model.Table) and any(
        _ticks(cell) for row in block.body for cell in row.cells
    )


def _ticks(cell: model.TableCell) -> tuple[bool, ...]:
    """The boxes in a cell: for each, whether it is ticked."""
    nodes = (node for node in walk(cell) if isinstance(node, model.ListItem))
    return tuple(node.checked for node in nodes if node.checked is not None)


def _line(text: str) -> Content:
    return (model.Paragraph(children=(model.Text(text=text),)),)


def _text(block: Block) -> str:
    return plain_text((block,)).strip()


def _stripped(inlines: Iterable[model.Inline]) -> tuple[model.Inline, ...]:
    """Text without white space at its end."""
    kept = [*inlines]
    while kept and isinstance(last := kept[-1], model.Text):
        if text := last.text.rstrip():
            kept[-1] = replace(last, text=text)
            break
        kept.pop()
    return tuple(kept)
