"""Answers in place, where students write them, and answers alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Node
from pipeline.model.codes import Code
from pipeline.model.print_marks import BEGINS_PAGE
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.tree import FIELDS, children, plain_text, walk
from pipeline.model.words import words
from pipeline.model.words.writing import small_letters
from pipeline.resolve.findings import Findings

BLOCKS = (
    *Block.__args__, model.ListItem, model.Choice, model.Turn, model.TableRow, model.TableCell,
)  # fmt: skip
"""Nodes on lines of their own."""

FRONT = "1"
"""The page on which a text begins by default."""

NOTHING = "–"
"""The placeholder for a question without an answer among questions that have one."""


def put_in_place(document: Document) -> Document:
    """The document with each answer in place of the lines or the space directly before it."""
    holders = [kind for kind, fields in FIELDS.items() if "children" in fields]

    def joined(node: Node) -> Node:
        before = node.children  # type: ignore[attr-defined]
        after = tuple(_joined(before))
        return node if len(after) == len(before) else replace(node, children=after)

    changes: Changes = dict.fromkeys(holders, joined)
    document = rewrite_document(document, leave=changes)
    return replace(document, blocks=tuple(_joined(document.blocks)))


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    room: model.WritingLines | model.WritingSpace | None = None
    for block in blocks:
        if room and isinstance(block, model.Answer):
            if isinstance(room, model.WritingLines):
                block = replace(block, lines=room.count)
            else:
                block = replace(block, space=room.height)
        elif room:
            yield room
        room = block if isinstance(block, model.WritingLines | model.WritingSpace) else None
        if room is None:
            yield block
    if room:
        yield room


def titled_for_teachers(document: Document) -> Document:
    """The document with a title that names its readers: on a shelf or among the tabs of a browser,
    the teacher's and the students' look alike."""
    title = f"{document.metadata.title} ({words(document.metadata.lang)['edition_teacher']})"
    return replace(document, metadata=replace(document.metadata, title=title))


def answers_alone(document: Document) -> Document:
    """The key to a resolved document, in which the pages are marked as `keep_pages` does: the
    answers to each exercise under its number, title and page, and the titles of their sections.
    Without any, there is a NO_ANSWERS warning."""
    vocabulary = words(document.metadata.lang)
    key = _Key(vocabulary["page_mark"], document.metadata.lang)
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


class _Key:
    """Collects answers, block by block, and keeps track of the page."""

    def __init__(self, page_mark: str, lang: str) -> None:
        self._page_mark = page_mark
        self._lang = lang
        self._page = FRONT
        self._blanks = 0

    def of(self, blocks: Iterable[Node]) -> tuple[Block, ...]:
        """The answers in some blocks."""
        return tuple(answer for block in blocks for answer in self._of(block))

    def _of(self, block: Node) -> tuple[Block, ...]:
        self._page = block.attributes.get(BEGINS_PAGE, self._page)
        match block:
            case model.Section():
                self._blanks = 0
                inner = self.of(block.children)
                return (replace(block, children=inner),) if inner else ()
            case model.Exercise():
                return self._exercise(block)
            case model.Answer():
                self._turn(block)
                return block.children
            case model.TeacherNote():
                self._turn(block)
                return ()
            case model.Choices():
                self._turn(block)
                right = [self._letter(n) for n, one in enumerate(block.items) if one.correct]
                return (_line(", ".join(right)),) if right else ()
            case model.Matching() if block.solution:
                self._turn(block)
                pairs = enumerate(block.solution, start=1)
                return (_line(", ".join(f"{n}\u00a0{self._letter(one)}" for n, one in pairs)),)
            case model.Ordering() if block.solution:
                self._turn(block)
                return (_line(", ".join(str(place + 1) for place in block.solution)),)
            case model.List():
                return self._list(block)
            case model.Table():
                return (*self._ticked(block), *self.of(block.body))
        if held := [node for node in children(block) if isinstance(node, BLOCKS)]:
            return self.of(held)
        self._turn(block)
        return self._filled(block)

    def _exercise(self, block: model.Exercise) -> tuple[Block, ...]:
        for node in walk(block.title):
            if isinstance(node, model.PageMark):
                self._page = node.label
        page, self._blanks = self._page_mark.format(page=self._page), 0
        inner = self.of(block.children)
        place = model.Text(text=f"{' ' if block.title else ''}({page})")
        return (replace(block, title=(*block.title, place), children=inner),) if inner else ()

    def _list(self, block: model.List) -> tuple[Block, ...]:
        found = [self.of(item.children) for item in block.items]
        if not any(found):
            return ()
        if not block.ordered:
            return tuple(answer for answers in found for answer in answers)
        items = tuple(model.ListItem(children=answers or (_line(NOTHING),)) for answers in found)
        return (replace(block, items=items),)

    def _ticked(self, table: model.Table) -> tuple[Block, ...]:
        """The ticked cells of each row of a table, by column header."""
        heads = [_text(cell) for cell in table.head[-1].cells] if table.head else []
        lines = []
        for row in table.body:
            ticked = [
                head for head, cell in zip(heads, row.cells, strict=False) if _is_ticked(cell)
            ]
            if ticked:
                name = _text(row.cells[0]).rstrip(".。")
                text = words(self._lang)["chart_number"]
                lines.append(_line(text.format(name=name, value=", ".join(ticked))))
        return tuple(lines)

    def _filled(self, block: Node) -> tuple[Block, ...]:
        """The blanks of a line with their numbers in the exercise."""
        found = []
        for node in walk(block):
            if isinstance(node, model.Blank):
                self._blanks += 1
                if node.answer:
                    found.append(f"({self._blanks})\u00a0{node.answer}")
        return (_line(", ".join(found)),) if found else ()

    def _letter(self, index: int) -> str:
        return small_letters(index, self._lang)

    def _turn(self, block: Node) -> None:
        """Count the pages that begin within a block."""
        for node in walk(block):
            self._page = node.attributes.get(BEGINS_PAGE, self._page)
            if isinstance(node, model.PageMark):
                self._page = node.label


def _text(cell: model.TableCell) -> str:
    return " ".join(
        plain_text(node.children) for node in walk(cell) if isinstance(node, model.Plain)
    ).strip()


def _is_ticked(cell: model.TableCell) -> bool:
    return any(isinstance(node, model.ListItem) and node.checked for node in walk(cell))


def _line(text: str) -> model.Paragraph:
    return model.Paragraph(children=(model.Text(text=text),))
