"""Answers in place, alone, and those of all versions side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar, cast, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    DIAGRAM_KINDS,
    FORMULAS,
    HOLDERS,
    Asset,
    Attributes,
    Block,
    Document,
    Inline,
    Node,
)
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.page_map import BEGINS_PAGE, FIRST_PAGE
from pipeline.model.sheet import learn_letters
from pipeline.model.strings import IN_STRINGS
from pipeline.model.tree import (
    ANSWER,
    FIELDS,
    INLINE_FIELDS,
    PATH,
    TEACHER,
    WITH_ANSWER,
    Changes,
    children,
    find,
    inlines_of,
    is_answer,
    plain_text,
    rewrite,
    rewrite_document,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import choice_letter, small_letters
from pipeline.resolve.contents import without_id
from pipeline.resolve.findings import Findings
from pipeline.resolve.notes import number_notes

# --- in place --------------------------------------------------------------------------------
# Answers in place, where students write them.

_INLINES_IN_PLACE = get_args(Inline)


def put_in_place(document: Document) -> Document:
    """The document, if it is for teachers, with each answer in place of the lines, the space or the
    empty diagram directly before it, and in print with those that are only in titles for pointers
    after the text."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.audience != "teacher":
        return document
    holders = [kind for kind, fields in FIELDS.items() if "children" in fields]

    def join(node: Node) -> Node:
        before = node.children  # type: ignore[attr-defined]
        after = tuple(_join_answers(before))
        return node if len(after) == len(before) else replace(node, children=after)

    changes: Changes = dict.fromkeys(holders, join)
    document = rewrite_document(document, leave=changes)
    worded = {type(node) for _, node, _ in find(document, marked=True) if _strings_in_place(node)}
    shown: Changes = dict.fromkeys(worded - SHOWING, _with_strings)
    document = rewrite_document(document, leave=shown)
    return replace(document, blocks=tuple(_join_answers(document.blocks)))


SHOWING = {model.Image, model.Chart, model.CodeBlock, model.Citation, model.Text}
"""Nodes that show their strings in print too, or have them for listeners."""


def _strings_in_place(node: Node) -> str:
    return ", ".join(text for key, text in node.attributes.pairs if key == IN_STRINGS)


def _with_strings(node: Node) -> Node | tuple[Node, ...]:
    """A node with the answers in its strings after its text, or before its blocks."""
    texts = _strings_in_place(node)
    if not texts:
        return node
    node = replace(node, attributes=node.attributes.without({IN_STRINGS}))
    answer = model.InlineElement(
        name="span",
        children=(model.Text(text=texts),),
        span=node.span,
        attributes=Attributes(classes=(ANSWER,)),
    )
    if isinstance(node, HOLDERS) and not isinstance(node, model.Exercise):
        before = model.Paragraph(children=(answer,), span=node.span)
        return replace(node, children=(before, *node.children))
    in_brackets = (model.Text(text=" ("), answer, model.Text(text=")"))
    field = INLINE_FIELDS.get(type(node), "")
    if field and not isinstance(node, model.DefinitionItem):
        return replace(node, **{field: (*getattr(node, field), *in_brackets)})
    return (node, *in_brackets) if isinstance(node, _INLINES_IN_PLACE) else node


Room: TypeAlias = model.WritingLines | model.WritingSpace | model.Chart
"""The places that students write or draw in."""


def _join_answers(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with answers in place. Where a page begins among the lines that one replaces, it
    takes the place of those before, and the others stay."""
    room: Room | None = None
    rest: list[Block] = []
    for block in blocks:
        if room and isinstance(block, model.WritingLines) and _begins_page(block):
            rest.append(block)
            continue
        if room and isinstance(block, model.Answer) and (answer := _in_room(block, room)):
            yield from (_at_page(answer, _begins_page(room)), *rest)
            room, rest = None, []
            continue
        if room:
            yield from (room, *rest)
        room, rest = (block, []) if isinstance(block, Room) else (None, [])
        if room is None:
            yield block
    if room:
        yield from (room, *rest)


def _begins_page(room: Block) -> str:
    return room.attributes.get(BEGINS_PAGE, "")


def _at_page(answer: model.Answer, page: str) -> model.Answer:
    """An answer that begins a page as the room for it does."""
    if not page:
        return answer
    pairs = (*answer.attributes.pairs, (BEGINS_PAGE, page))
    return replace(answer, attributes=replace(answer.attributes, pairs=pairs))


def _in_room(answer: model.Answer, room: Room) -> model.Answer | None:
    """An answer that takes the place of the room for it; None if it stands below that, as below a
    diagram that it has not drawn upon."""
    if isinstance(room, model.WritingLines):
        return replace(answer, lines=room.count)
    if isinstance(room, model.WritingSpace):
        return replace(answer, space=room.height)
    first = answer.children[0] if answer.children else None
    is_drawn_upon = isinstance(first, model.Chart) and first.kind == room.kind
    is_bare = room.kind in DIAGRAM_KINDS and not room.caption and not room.attributes.id
    return answer if is_drawn_upon and is_bare else None


# --- answer key ------------------------------------------------------------------------------
# Answers alone: the key to the exercises.

_BLOCKS, _INLINES = get_args(Block), get_args(Inline)
N = TypeVar("N", bound=Node)

VALUE_PLACE = "\0"
"""Stands for the value in a text of it and its name."""

_LABEL = "level-label"
"""The class of a paragraph that says for which levels the blocks after it are."""

NOTHING = "–"
"""The placeholder for a question without an answer among questions that have one."""

OF_QUESTION = (
    model.Answer, model.TeacherNote, model.WritingLines, model.WritingSpace, model.Choices,
    model.Matching, model.Ordering, model.Chart, model.Figure, model.FigureGroup, model.Table,
    model.MathBlock, model.CodeBlock,
)  # fmt: skip
"""Blocks that belong to the last question before them even without its indentation. Text does not:
it may be a task of its own."""


def answers_alone(document: Document) -> Document:
    """The key to a resolved document, for an edition of answers. The pages in the document are
    marked as `keep_pages` does; the key has the answers to each exercise under its number, title
    and page, and the titles of their sections. Without any, there is a NO_ANSWERS warning."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.part != "answers":
        return document
    vocabulary = words(document.metadata.lang)
    key = AnswerCollector(document)
    blocks = key.answers_among(document.blocks)
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
    answers = EDITIONS["answers"].in_words(vocabulary)
    title = f"{document.metadata.title}{vocabulary['colon']}{answers[:1].upper()}{answers[1:]}"
    alone = replace(
        document,
        metadata=replace(document.metadata, title=title),
        blocks=(*blocks, *_works_cited(document, blocks)),
        notes=tuple(_notes_called(blocks, document)),
        contents=(),
        lists=(),
        addresses=(),
    )
    if blocks:
        return number_notes(alone)
    findings = Findings(alone)
    message = "There are no answers: no `::: answer`, no right choice, no blank with an answer."
    findings.add(Code.NO_ANSWERS, message, None)
    return findings.add_to(alone)


def _notes_called(blocks: Iterable[Node], document: Document) -> Iterator[model.Note]:
    """The notes that are referred to in some blocks of a document, or in notes to them."""
    rest = {note.label: note for note in document.notes}
    waiting = list(blocks)
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, model.NoteReference) and (note := rest.pop(node.label, None)):
                waiting.append(note)
                yield note


def _works_cited(document: Document, blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The list of the works that are cited in some blocks, under its title, if a citation is but a
    number in it."""
    notes = tuple(_notes_called(blocks, document))
    cited = (node for node in walk((*blocks, *notes)) if isinstance(node, model.Citation))
    keys = {item.key for citation in cited for item in citation.items}
    for node, path in walk_with(document.blocks, *PATH):
        if isinstance(node, model.Bibliography):
            entries = tuple(each for each in node.entries if each.label and each.key in keys)
            listed = replace(node, entries=entries)
            section = next((each for each in path if isinstance(each, model.Section)), None)
            if entries:
                yield replace(section, children=(listed,)) if section else listed


class _Questions:
    """The questions of a list, with the answers to each."""

    def __init__(self, node: model.List, answers: Iterable[tuple[Block, ...]]) -> None:
        self._node = node
        self._answers = list(answers)
        self.gaps = 0

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

    def as_blocks(self) -> tuple[Block, ...]:
        """The list of the answers; nothing if there are none."""
        if not any(self._answers):
            return ()
        items = (model.ListItem(children=each or (_line(NOTHING),)) for each in self._answers)
        is_tight = self._node.tight and all(len(each) < 2 for each in self._answers)
        return (replace(self._node, items=tuple(items), tight=is_tight),)


def _pages(blocks: Iterable[Node]) -> Iterator[tuple[int, str]]:
    """The page on which each exercise begins, after its title, by the identity of its node."""
    page = FIRST_PAGE
    for node in walk(blocks):
        title = walk(node.title) if isinstance(node, model.Exercise) else ()
        for each in (node, *title):
            page = each.attributes.get(BEGINS_PAGE, page)
            page = each.label if isinstance(each, model.PageMark) else page
        if isinstance(node, model.Exercise):
            yield id(node), page


class AnswerCollector:
    """Collects answers, block by block. One pass in the order of the text, which knows what it is
    in: below a heading that is an answer, all is one up to the next heading of its level; in an
    exercise, the items of its list and what belongs to them go on counting their gaps."""

    def __init__(self, document: Document) -> None:
        self._lang = document.metadata.lang
        self._has_letters = not learn_letters(document.metadata)
        self._words = words(self._lang)
        self._notes = {note.label: note for note in document.notes}
        self._pages = dict(_pages(top_level(document)))
        self._gaps = 0
        self._has_one_gap = False
        self._in_exercise = False
        self._for_teachers = False

    def answers_among(
        self, blocks: Iterable[Node], around: Span | None = None
    ) -> tuple[Block, ...]:
        """The answers in some blocks, which are in one at the place ``around``."""
        parts: list[_Questions | tuple[Block, ...]] = []
        level = 0  # of the heading whose section is an answer; in a section it is the section's
        for block in blocks:
            if isinstance(block, model.Heading):
                level = block.level if is_answer(block) or 0 < level < block.level else 0
            last = parts[-1] if parts and self._in_exercise else None
            if isinstance(last, _Questions) and last.includes(block):
                before, self._gaps = self._gaps, last.gaps
                last.add(self._answers_of(block, around))
                last.gaps, self._gaps = self._gaps, before
            elif level or is_answer(block):
                parts.append(self._answer(block))
            elif isinstance(block, model.List) and block.ordered:
                before = self._gaps
                answers = [self._question(item, block.span) for item in block.items]
                questions = _Questions(block, answers)
                questions.gaps, self._gaps = self._gaps, before
                parts.append(questions)
            else:
                parts.append(self._answers_of(block, around))
        return tuple(
            block
            for part in parts
            for block in (part.as_blocks() if isinstance(part, _Questions) else part)
        )

    def _answers_of(self, block: Node, around: Span | None) -> tuple[Block, ...]:
        match block:
            case _ if is_answer(block):
                return self._answer(block)
            case model.Section():
                self._gaps = 0
                inner = self.answers_among(block.children)
                is_told = inner or self._is_told(block.title)
                return (replace(block, children=inner),) if is_told else ()
            case model.Exercise():
                return self._exercise(block)
            case model.Container(children=(label, *rest)) if _LABEL in label.attributes.classes:
                inner = self.answers_among(rest)
                return (replace(block, children=(label, *inner)),) if inner else ()
            case _ if isinstance(block, model.TeacherNote) or TEACHER in block.attributes.classes:
                before, self._for_teachers = self._for_teachers, True
                answers = self._answers_within(block, around)
                self._for_teachers = before
                return answers
        return self._answers_within(block, around)

    def _answer(self, node: Node) -> tuple[Block, ...]:
        """An answer, or the blocks in it if it cannot stand by itself."""
        if isinstance(node, model.Answer):
            return _with_span(self._with_pages(node.children), node.span)
        if isinstance(node, _BLOCKS):
            return self._with_pages((cast(Block, node),))
        return _with_span(
            (block for child in children(node) for block in self._answer(child)), node.span
        )

    def _answers_within(self, block: Node, around: Span | None) -> tuple[Block, ...]:
        """The answers in the text of a block, those that it is itself, and those of its blocks."""
        inner, span = children(block), block.span or around
        inlines = [node for node in inner if isinstance(node, _INLINES)]
        blocks = [node for node in inner if not isinstance(node, _INLINES)]
        if isinstance(block, model.MathBlock):
            inlines = [block]
        return (
            *self._in_text(block, inlines, span),
            *self._tell_choice(block),
            *self.answers_among(blocks, span),
        )

    def _exercise(self, block: model.Exercise) -> tuple[Block, ...]:
        self._gaps, around, self._in_exercise = 0, self._in_exercise, True
        inner = self.answers_among(block.children)
        self._in_exercise = around
        placed = self._with_page(block)
        return (replace(placed, children=inner),) if inner or self._is_told(block.title) else ()

    def _with_page(self, block: model.Exercise) -> model.Exercise:
        """An exercise with its page after its title."""
        page = self._words["page_mark"].format(page=self._pages[id(block)])
        title = block.title or _points_after_text(block)
        place = model.Text(text=f"{' ' if title else ''}({page})")
        return replace(block, title=(*title, place))

    def _with_pages(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Answers with the pages of the exercises in them."""
        return rewrite(blocks, enter={model.Exercise: self._with_page})

    def _is_told(self, title: tuple[Inline, ...]) -> bool:
        """Return whether there are answers in a title, or in the notes to it."""
        labels = {node.label for node in walk(title) if isinstance(node, model.NoteReference)}
        notes = (self._notes[label] for label in labels & self._notes.keys())
        return any(map(_has_answer, walk((*title, *notes))))

    def _question(self, item: model.ListItem, around: Span | None) -> tuple[Block, ...]:
        self._gaps = 0
        before, self._has_one_gap = self._has_one_gap, _count_gaps(item) == 1
        answers = self._answers_of(item, around)
        self._has_one_gap = before
        return answers

    def _tell_choice(self, block: Node) -> tuple[Block, ...]:
        """The right choices, pairs, order or ticks of a block."""
        match block:
            case model.Choices():
                right = [
                    _text(choice_letter(number, self._lang, block.attributes.classes), item.span)
                    if self._has_letters
                    else _lines_of(item)
                    for number, item in enumerate(block.items)
                    if item.correct
                ]
                return (model.Paragraph(children=_join_with_commas(right)),) if right else ()
            case model.Matching() if block.solution:
                pairs = enumerate(block.solution, start=1)
                text = ", ".join(f"{n}\u00a0{self._letter(partner)}" for n, partner in pairs)
                return (_line(text, block.span),)
            case model.Ordering() if block.solution:
                text = ", ".join(str(place + 1) for place in block.solution)
                return (_line(text, block.span),)
            case model.Table() if self._in_exercise:
                return tuple(self._tell_ticks(block))
        return ()

    def _tell_ticks(self, table: model.Table) -> Iterator[model.Paragraph]:
        """The ticked cells of each row of a table by the headers, or else the numbers, of row and
        columns."""
        heads = [_cell_text(cell) for cell in table.head[-1].cells] if table.head else []
        for number, row in enumerate(table.body, start=1):
            ticked = [
                _text((heads[at] if at < len(heads) else "") or str(at + 1), item.span)
                for at, cell in enumerate(row.cells)
                for item in walk(cell)
                if isinstance(item, model.ListItem) and item.checked
            ]
            if ticked:
                name = _cell_text(row.cells[0]).rstrip(".。") or str(number)
                written = self._words["chart_number"].format(name=name, value=VALUE_PLACE)
                before, after = map(_text, written.split(VALUE_PLACE))
                yield model.Paragraph(children=(*before, *_join_with_commas(ticked), *after))

    def _in_text(
        self, block: Node, inlines: Iterable[Node], around: Span | None
    ) -> tuple[Block, ...]:
        """The answers in the strings of a block and in its text on one line, the blanks by their
        numbers in the question; and those in the notes to it."""
        noted: list[Block] = []
        is_inline = isinstance(block, model.MathBlock)
        strings = () if is_inline else _in_strings(block, block.span or around)
        parts = (*strings, *self._fill(inlines, around, noted))
        if not parts:
            return tuple(noted)
        return (model.Paragraph(children=_join_with_commas(parts)), *noted)

    def _fill(
        self, inlines: Iterable[Node], around: Span | None, noted: list[Block]
    ) -> Iterator[tuple[Inline, ...]]:
        for node in inlines:
            span = node.span or around
            yield from _in_strings(node, span)
            match node:
                case model.InlineElement(name="span") if is_answer(node):
                    yield _with_span(node.children, span)
                case _ if is_answer(node):
                    yield _with_span((cast(Inline, node),), span)
                case model.Blank():
                    yield from self._gap(node.answer, span)
                case model.Math() | model.MathBlock():
                    if node.attributes.get(WITH_ANSWER):
                        formula = model.Math(
                            tex=node.tex, mathml=node.mathml, alt=node.alt, spoken=node.spoken
                        )
                        yield _with_span((formula,), span)
                    for answer in node.gaps:
                        yield from self._gap(answer, span)
                case model.NoteReference() if note := self._notes.pop(node.label, None):
                    noted += self.answers_among(note.children, note.span)
                case _:
                    yield from self._fill(children(node), span, noted)

    def _gap(self, answer: model.Answered, span: Span | None) -> Iterator[tuple[Inline, ...]]:
        """The answer of a gap with its number, unless it is the only one of its question or one
        that students do not have."""
        number = ""
        if not self._for_teachers:
            self._gaps += 1
            number = "" if self._has_one_gap else f"({self._gaps})\u00a0"
        if answer:
            yield (*inlines_of((number,) if number else ()), *_with_span(inlines_of(answer), span))

    def _letter(self, index: int) -> str:
        return small_letters(index, self._lang)


def _has_answer(node: Node) -> bool:
    """Return whether a node is or has an answer, apart from its children."""
    return (
        is_answer(node)
        or bool(getattr(node, "answer", ()))
        or any(getattr(node, "gaps", ()))
        or any(True for _ in _in_strings(node, None))
    )


def _in_strings(node: Node, span: Span | None) -> Iterator[tuple[Inline, ...]]:
    """The answers in the strings of a node, which a key does not show."""
    pairs = node.attributes.pairs
    return (_text(value, span) for key, value in pairs if key == IN_STRINGS)


def _points_after_text(block: model.Exercise) -> tuple[Inline, ...]:
    """The points of an exercise without a title."""
    first = children(block.children[0]) if block.children else ()
    return tuple(
        node
        for node in first
        if isinstance(node, model.InlineElement) and "marks" in node.attributes.classes
    )


def _with_span(nodes: Iterable[N], span: Span | None) -> tuple[N, ...]:
    """Nodes without what is around them in the source, at the place that they have from it."""
    return tuple(node if node.span else replace(node, span=span) for node in nodes)


def _count_gaps(block: Node) -> int:
    return sum(
        len(node.gaps) if isinstance(node, FORMULAS) else isinstance(node, model.Blank)
        for node in walk(block)
    )


def _cell_text(cell: model.TableCell) -> str:
    return " ".join(
        plain_text(node.children) for node in walk(cell) if isinstance(node, model.Plain)
    ).strip()


def _text(text: str, span: Span | None = None) -> tuple[Inline, ...]:
    return (model.Text(text=text, span=span),)


def _lines_of(choice: model.Choice) -> tuple[Inline, ...]:
    """The words of a choice, where it has no letter."""
    blocks = (b for b in choice.children if isinstance(b, model.Paragraph | model.Plain))
    lines = (inline for block in blocks for inline in block.children)
    return (*_text("", choice.span), *lines)  # what tells the place, as a letter does


def _line(text: str, span: Span | None = None) -> model.Paragraph:
    return model.Paragraph(children=_text(text), span=span)


def _join_with_commas(parts: Iterable[tuple[Inline, ...]]) -> tuple[Inline, ...]:
    """Text with commas between its parts; signs of notes belong to what is before them."""
    listed: tuple[Inline, ...] = ()
    for part in parts:
        is_sign = all(isinstance(node, model.NoteReference) for node in part)
        listed += part if is_sign or not listed else (*_text(", "), *part)
    return listed


# --- key sheet -------------------------------------------------------------------------------
# The keys of all versions on one sheet, side by side.


def side_by_side(documents: Mapping[str, Document]) -> Document:
    """The documents of answers of some versions as one, with a column for each. If there is only
    one version, it is a NO_ANSWERS warning, and the sheet is like its answers."""
    first, *others = (replace(document, edition="keys") for document in documents.values())
    if not others or not any(document.blocks for document in documents.values()):
        nothing = Findings(first)
        message = "There are no versions with answers to set side by side."
        hint = "Write `versions: 2` in the front matter, or leave out the edition `keys`."
        nothing.add(Code.NO_ANSWERS, message, None, hint)
        return nothing.add_to(first)
    versions = list(_rename_ids(documents))
    columns = [list(_keys(document.blocks)) for document in versions]
    names = (model.Plain(children=(model.Text(text=version),)) for version in documents)
    head = model.TableRow(cells=tuple(_cell(name, scope="col") for name in names))
    rows = (
        model.TableRow(cells=tuple(_cell(*key) for key in row))
        for row in itertools.zip_longest(*columns, fillvalue=())
    )
    table = model.Table(head=(head,), body=tuple(rows))
    findings = dict.fromkeys(f for each in documents.values() for f in each.diagnostics)
    sheet = replace(
        first,
        blocks=(table,),
        notes=tuple(note for document in versions for note in document.notes),
        assets=tuple({asset.path: asset for each in versions for asset in each.assets}.values()),
        origins={key: place for each in versions for key, place in each.origins.items()},
        contents=(),
        lists=(),
        addresses=(),
        diagnostics=tuple(findings),
    )
    return number_notes(sheet)


def columns_of(sheet: Document, count: int) -> tuple[Document, ...]:
    """The sheet with each of its columns alone."""
    rows = [row for table in sheet.blocks if isinstance(table, model.Table) for row in table.body]
    return (
        tuple(
            replace(sheet, blocks=tuple(block for row in rows for block in row.cells[at].children))
            for at in range(count if rows else 0)
        )
        or (sheet,) * count
    )


def _rename_ids(documents: Mapping[str, Document]) -> Iterator[Document]:
    """The documents with notes and drawings of their own, which have the same names in all."""
    known: dict[str, Asset] = {}
    names: set[str] = set()
    for version, document in documents.items():
        paths: dict[str, str] = {}
        assets: list[Asset] = []
        for asset in document.assets:
            before = known.get(asset.path)
            if before is None or before.data != asset.data:
                path = asset.path if before is None else f"{asset.path} {version}"
                name = asset.name
                while name in names:
                    name = f"drawn-{name}"
                names.add(name)
                before = known[path] = replace(asset, path=path, name=name)
            paths[asset.path] = before.path
            assets.append(before)
        yield _rename_assets(replace(document, assets=tuple(assets)), version, paths)


def _rename_assets(document: Document, version: str, paths: Mapping[str, str]) -> Document:
    """A document whose assets have other paths, with charts as wide as a column, and whose notes
    belong to a version."""

    def image(node: model.Image) -> model.Image:
        return replace(node, asset=paths.get(node.asset, node.asset))

    def rename(node: model.Note | model.NoteReference) -> Node:
        return replace(node, label=f"{node.label} {version}")

    def chart(node: model.Chart) -> model.Chart:
        if not node.image or not node.narrow:
            return node
        return replace(node, image=replace(node.narrow, alt=node.image.alt), narrow=None)

    changes: Changes = {
        model.Image: image, model.Chart: chart, model.Note: rename, model.NoteReference: rename,
    }  # fmt: skip
    return rewrite_document(document, leave=changes)


def _keys(blocks: Iterable[Block]) -> Iterator[tuple[Block, ...]]:
    """The answers of each exercise, and those between them, under their titles, in order."""
    between: list[Block] = []
    title: tuple[model.Paragraph, ...] = ()
    for block in _flat(blocks):
        if not isinstance(block, model.Section | model.Exercise):
            between.append(block)
            continue
        if between:
            yield _without_ids((*title, *between))
        between = []
        if isinstance(block, model.Section):
            title = _title(block.title, block)
            if not _begins_with_text(block):
                yield _without_ids(title)
        else:
            number = (model.Text(text=f"{block.number}. "),) if block.number else ()
            without_page = block.title[:-1]
            yield _without_ids((*_title((*number, *without_page), block), *block.children))
    if between:
        yield _without_ids((*title, *between))


def _begins_with_text(section: model.Section) -> bool:
    """Return whether a section has answers directly under its title."""
    return not isinstance(next(iter(section.children), None), model.Section | model.Exercise | None)


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, model.Section):
            yield from _flat(block.children)


def _title(title: tuple[Inline, ...], node: Node) -> tuple[model.Paragraph, ...]:
    """The title of a node as a paragraph, which stays with what is below it."""
    strong, kept = model.Strong(children=title), model.Attributes(classes=("row-title",))
    return (model.Paragraph(children=(strong,), attributes=kept, span=node.span),) if title else ()


def _without_ids(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Blocks that may be on the sheet more than once."""
    return rewrite(blocks, enter=dict.fromkeys(set(map(type, walk(blocks))), without_id))


def _cell(*blocks: Block, scope: str = "") -> model.TableCell:
    return model.TableCell(children=blocks, scope=scope)  # type: ignore[arg-type]
