"""Answers alone: the key to the exercises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard, cast, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Inline, Node
from pipeline.model.codes import Code
from pipeline.model.print_marks import BEGINS_PAGE
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import TEACHER, children, inlines_of, plain_text, walk
from pipeline.model.words import words
from pipeline.model.words.writing import small_letters
from pipeline.resolve.findings import Findings

_BLOCKS, _INLINES = get_args(Block), get_args(Inline)

FRONT = "1"
"""The page on which a text begins by default."""

NOTHING = "–"
"""The placeholder for a question without an answer among questions that have one."""

ANSWER = "answer"
"""The class of an answer that is no `Answer`."""

OF_QUESTION = (
    model.Answer, model.TeacherNote, model.WritingLines, model.WritingSpace, model.Choices,
    model.Matching, model.Ordering, model.Chart, model.Figure, model.FigureGroup, model.Table,
    model.MathBlock, model.CodeBlock,
)  # fmt: skip
"""Blocks that belong to the last question before them even without its indentation. Text does not:
it may be a task of its own."""


def answers_alone(document: Document) -> Document:
    """The key to a resolved document, in which the pages are marked as `keep_pages` does: the
    answers to each exercise under its number, title and page, and the titles of their sections.
    Without any, there is a NO_ANSWERS warning."""
    vocabulary = words(document.metadata.lang)
    key = _Key(document)
    blocks = key.of(document.blocks)
    ids = {node.attributes.id for node in walk(blocks) if node.attributes.id}

    def link(node: model.Link) -> Node | tuple[Node, ...]:
        leads = not node.href.startswith("#") or node.href[1:] in ids
        return node if leads else node.children

    def refer(node: model.CrossReference) -> Node:
        return node if node.target in ids else model.Text(text=node.text)

    blocks = rewrite(
        blocks,
        leave={model.Link: link, model.CrossReference: refer, model.PageMark: lambda node: ()},
    )
    called = {node.label for node in walk(blocks) if isinstance(node, model.NoteReference)}
    answers = vocabulary["edition_answers"]
    title = f"{document.metadata.title}: {answers[:1].upper()}{answers[1:]}"
    alone = replace(
        document,
        metadata=replace(document.metadata, title=title),
        blocks=blocks,
        notes=tuple(note for note in document.notes if note.label in called),
        contents=(),
        lists=(),
        addresses=(),
    )
    if blocks:
        return alone
    findings = Findings(alone)
    message = "There are no answers: no `::: answer`, no right choice, no blank with an answer."
    findings.add(Code.NO_ANSWERS, message, None)
    return findings.added_to(alone)


class _Questions:
    """The questions of a list, with the answers to each."""

    def __init__(self, node: model.List, answers: Iterable[tuple[Block, ...]]) -> None:
        self._node = node
        self._answers = list(answers)

    def includes(self, block: Node) -> bool:
        """Return whether a block after the list belongs to its last question."""
        if isinstance(block, model.Choices) and block.prompt:
            return False
        return isinstance(block, OF_QUESTION) and not self._is_answered_by(block)

    def _is_answered_by(self, block: Node) -> bool:
        """Return whether a block has a list of answers, one to each question."""
        node = self._node
        return len(node.items) > 1 and any(
            isinstance(child, model.List)
            and child.ordered
            and (child.style, child.start) == (node.style, node.start)
            for child in children(block)
        )

    def add(self, answers: tuple[Block, ...]) -> None:
        """Add answers to the last question."""
        self._answers[-1] += answers

    def listed(self) -> tuple[Block, ...]:
        """The list of the answers; nothing if there are none."""
        if not any(self._answers):
            return ()
        items = (model.ListItem(children=each or (_line(NOTHING),)) for each in self._answers)
        return (replace(self._node, items=tuple(items)),)


class _Key:
    """Collects answers, block by block, and keeps track of the page."""

    def __init__(self, document: Document) -> None:
        self._lang = document.metadata.lang
        self._words = words(self._lang)
        self._notes = {note.label: note for note in document.notes}
        self._page = FRONT
        self._gaps = 0
        self._has_one_gap = False
        self._in_exercise = False
        self._for_teachers = False

    def of(self, blocks: Iterable[Node]) -> tuple[Block, ...]:
        """The answers in some blocks."""
        answers: list[Block] = []
        questions: _Questions | None = None
        for block in blocks:
            if questions and self._in_exercise and questions.includes(block):
                questions.add(self._of(block))
                continue
            if questions:
                answers += questions.listed()
                questions = None
            if isinstance(block, model.List) and block.ordered and not _is_answer(block):
                self._begin(block)
                questions = _Questions(block, [self._question(item) for item in block.items])
            else:
                answers += self._of(block)
        return (*answers, *(questions.listed() if questions else ()))

    def _of(self, block: Node) -> tuple[Block, ...]:
        if isinstance(block, model.Answer) or _is_answer(block):
            self._pass(block)
            return _as_blocks(block)
        self._begin(block)
        match block:
            case model.Section():
                self._gaps = 0
                inner = self.of(block.children)
                return (replace(block, children=inner),) if inner else ()
            case model.Exercise():
                return self._exercise(block)
            case _ if isinstance(block, model.TeacherNote) or TEACHER in block.attributes.classes:
                around, self._for_teachers = self._for_teachers, True
                answers = self._within(block)
                self._for_teachers = around
                return answers
        return self._within(block)

    def _within(self, block: Node) -> tuple[Block, ...]:
        """The answers in the text of a block, those that it is itself, and those of its blocks."""
        inner = children(block)
        inlines = [block] if isinstance(block, model.MathBlock) else _only_inlines(inner)
        blocks = [node for node in inner if not isinstance(node, _INLINES)]
        return (*self._in_text(inlines), *self._chosen(block), *self.of(blocks))

    def _exercise(self, block: model.Exercise) -> tuple[Block, ...]:
        for node in walk(block.title):
            if isinstance(node, model.PageMark):
                self._page = node.label
        page, self._gaps = self._words["page_mark"].format(page=self._page), 0
        around, self._in_exercise = self._in_exercise, True
        inner = self.of(block.children)
        self._in_exercise = around
        place = model.Text(text=f"{' ' if block.title else ''}({page})")
        return (replace(block, title=(*block.title, place), children=inner),) if inner else ()

    def _question(self, item: model.ListItem) -> tuple[Block, ...]:
        around, self._has_one_gap = self._has_one_gap, _count_gaps(item) == 1
        answers = self._of(item)
        self._has_one_gap = around
        return answers

    def _chosen(self, block: Node) -> tuple[Block, ...]:
        """The right choices, pairs, order or ticks of a block."""
        match block:
            case model.Choices():
                right = [self._letter(n) for n, item in enumerate(block.items) if item.correct]
                return (_line(", ".join(right)),) if right else ()
            case model.Matching() if block.solution:
                pairs = enumerate(block.solution, start=1)
                text = ", ".join(f"{n}\u00a0{self._letter(partner)}" for n, partner in pairs)
                return (_line(text),)
            case model.Ordering() if block.solution:
                return (_line(", ".join(str(place + 1) for place in block.solution)),)
            case model.Table() if self._in_exercise:
                return tuple(self._ticked(block))
        return ()

    def _ticked(self, table: model.Table) -> Iterator[model.Paragraph]:
        """The ticked cells of each row of a table by the headers, or else the numbers, of row and
        columns."""
        heads = [_text(cell) for cell in table.head[-1].cells] if table.head else []
        for number, row in enumerate(table.body, start=1):
            ticked = [
                (heads[at] if at < len(heads) else "") or str(at + 1)
                for at, cell in enumerate(row.cells)
                if _is_ticked(cell)
            ]
            if ticked:
                name = _text(row.cells[0]).rstrip(".。") or str(number)
                yield _line(self._words["chart_number"].format(name=name, value=", ".join(ticked)))

    def _in_text(self, inlines: Iterable[Node]) -> tuple[Block, ...]:
        """The answers in text on one line, the blanks by their numbers in the exercise; and those
        in the notes to it."""
        noted: list[Block] = []
        parts = tuple(self._filled(inlines, noted))
        if not parts:
            return tuple(noted)
        line: tuple[Inline, ...] = parts[0]
        for part in parts[1:]:
            line += (model.Text(text=", "), *part)
        return (model.Paragraph(children=line), *noted)

    def _filled(self, inlines: Iterable[Node], noted: list[Block]) -> Iterator[tuple[Inline, ...]]:
        for node in inlines:
            self._begin(node)
            match node:
                case _ if _is_answer(node):
                    self._pass(node)
                    yield node.children if _is_span(node) else (cast(Inline, node),)
                case model.Blank():
                    yield from self._gap(node.answer)
                case model.Math() | model.MathBlock():
                    for answer in node.gaps:
                        yield from self._gap(answer)
                case model.NoteReference() if note := self._notes.pop(node.label, None):
                    noted += self.of(note.children)
                case _:
                    yield from self._filled(children(node), noted)

    def _gap(self, answer: model.Answered) -> Iterator[tuple[Inline, ...]]:
        """The answer of a gap with its number, unless it is the only one of its question or one
        that students do not have."""
        number = ""
        if not self._for_teachers:
            self._gaps += 1
            number = "" if self._has_one_gap else f"({self._gaps})\u00a0"
        if answer:
            yield (*inlines_of((number,) if number else ()), *inlines_of(answer))

    def _letter(self, index: int) -> str:
        return small_letters(index, self._lang)

    def _begin(self, node: Node) -> None:
        """Take note of the page that begins with a node."""
        self._page = node.attributes.get(BEGINS_PAGE, self._page)
        if isinstance(node, model.PageMark):
            self._page = node.label

    def _pass(self, block: Node) -> None:
        """Take note of the pages that begin within a node."""
        for node in walk(block):
            self._begin(node)


def _is_answer(node: Node) -> bool:
    return ANSWER in node.attributes.classes


def _is_span(node: Node) -> TypeGuard[model.InlineElement]:
    return isinstance(node, model.InlineElement) and node.name == "span"


def _as_blocks(node: Node) -> tuple[Block, ...]:
    """An answer, or the blocks in it if it cannot stand by itself."""
    if isinstance(node, model.Answer):
        return node.children
    if isinstance(node, _BLOCKS):
        return (node,)
    blocks: list[Block] = []
    for child in children(node):
        blocks += _as_blocks(child)
    return tuple(blocks)


def _only_inlines(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if isinstance(node, _INLINES)]


def _count_gaps(block: Node) -> int:
    return sum(
        len(node.gaps)
        if isinstance(node, model.Math | model.MathBlock)
        else isinstance(node, model.Blank)
        for node in walk(block)
    )


def _text(cell: model.TableCell) -> str:
    return " ".join(
        plain_text(node.children) for node in walk(cell) if isinstance(node, model.Plain)
    ).strip()


def _is_ticked(cell: model.TableCell) -> bool:
    return any(isinstance(node, model.ListItem) and node.checked for node in walk(cell))


def _line(text: str) -> model.Paragraph:
    return model.Paragraph(children=(model.Text(text=text),))
