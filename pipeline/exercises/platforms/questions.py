"""The questions of a document as learning platforms have them, and their content as HTML."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from typing import Any, Literal, NamedTuple, TypeAlias, TypeGuard, cast

import jinja2
from markupsafe import Markup
from msgspec.structs import replace

from pipeline import model
from pipeline.exercises.points import points_of
from pipeline.model import (
    FORMULAS,
    Answered,
    Asset,
    Block,
    Document,
    Inline,
    Node,
    Paragraph,
    Text,
    Withheld,
)
from pipeline.model.audience import Ranges, outermost, places_lacked
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS, Edition, edition_with_answers
from pipeline.model.late import late
from pipeline.model.tree import (
    ANSWER,
    BLANK,
    FIXED,
    SPAN,
    Changes,
    all_nodes,
    all_spans,
    answer_text,
    children,
    inlines_of,
    plain_text,
    rewrite,
    rewrite_document,
    walk,
    walk_with,
)
from pipeline.model.words import understood_in, words
from pipeline.model.words.writing_conventions import typings, writing
from pipeline.resolve.findings import Findings

# --- questions -------------------------------------------------------------------------------
# The questions of a document as learning platforms have them: a flat, typed list.

Kind: TypeAlias = Literal[
    "single", "several", "gaps", "short", "number", "matching", "ordering", "long"
]
Content: TypeAlias = tuple[Block, ...]


class Option(NamedTuple):
    """A choice; one that ``is_fixed`` keeps its place."""

    content: Content
    is_right: bool
    is_fixed: bool = False


class Quantity(NamedTuple):
    """A number and how far another may be from it, with decimal points."""

    value: str
    tolerance: str = "0"


class Gap(NamedTuple):
    """A gap: its right ``answers``, of which one may be a ``number``."""

    answers: tuple[str, ...]
    number: Quantity | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The texts that are right, however their signs are typed."""
        return tuple(dict.fromkeys(way for answer in self.answers for way in typings(answer)))


class Question(NamedTuple):
    """A question. The ``prompt`` has a `Blank` for each of ``gaps``, in their order; questions of
    the kinds short and number have one gap, which is at the end and not in the prompt. ``pairs``
    and what stands in ``order`` are right, ``extra`` belongs to nothing. ``answer`` is the answer
    to a long question, or what there is to say about another. ``points`` are 0 if nobody says how
    many there are, ``lines`` if there are none to write on; in a ``drawing`` there is no text."""

    kind: Kind
    name: str
    prompt: Content
    span: Span | None = None
    points: Fraction = Fraction(0)
    choices: tuple[Option, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pairs: tuple[tuple[Content, Content], ...] = ()
    extra: tuple[Content, ...] = ()
    order: tuple[Content, ...] = ()
    answer: Content = ()
    lines: int = 0
    drawing: bool = False

    @property
    def is_shuffled(self) -> bool:
        """Return whether choices may change places where a platform can only move all of them."""
        return not any(choice.is_fixed for choice in self.choices)

    @property
    def unanswered(self) -> Question:
        """The question with a sign in place of each answer. Choices, and things to match or order,
        are public, and so is which of them are right, since they are no text."""
        gap = Gap((UNKNOWN,))
        answer = (Paragraph(children=(Text(text=UNKNOWN),)),) if self.answer else ()
        return self._replace(gaps=(gap,) * len(self.gaps), answer=answer)


UNKNOWN = "?"
"""Stands for an answer."""


_DIGITS = r"(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?"
_NUMBER = late(rf"([+\-−]?{_DIGITS})(?:\s*(?:±|\+/?-)\s*({_DIGITS}))?")


def gap_of(answer: Answered, lang: str) -> Gap:
    """The gap with an answer: a number, perhaps with a tolerance (`3.14 ± 0.01`), or texts between
    which the language's word for “or” stands."""
    text = " ".join(answer_text(answer).split())
    decimal = writing(lang).decimal
    match = _NUMBER.fullmatch(text)
    if match and ("," if decimal == "." else ".") not in text:
        value, tolerance = (part.replace(",", ".").replace("−", "-") for part in match.groups("0"))
        return Gap((text,), Quantity(value.removeprefix("+"), tolerance))
    words = "|".join(map(re.escape, understood_in(lang, "alternative"))) or "(?!)"
    return Gap(tuple(filter(None, map(str.strip, re.split(rf"\s(?:{words})\s", text)))))


# --- content ---------------------------------------------------------------------------------
# The content that learning platforms can show in a question: a few kinds of blocks and text, to
# which others are reduced. What is lost by that is told.

SCRIPTS = frozenset({"sub", "sup"})
"""The elements that change the meaning of their text."""

_GAP = late("_{4,}")
GAP_IN_FORMULA = r"\\underline{\\qquad}"
TASKS = (model.Choices, model.Matching, model.Ordering)


class Portable:
    """Reduces the blocks of a document."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self._findings = findings
        self._notes = {note.number: note for note in document.notes}
        self._answers: list[Answered] = []
        self._changes = self._all_changes()

    def content(self, blocks: Iterable[Node]) -> Content:
        """Blocks for pupils; gaps are lines."""
        content, answers = self.with_gaps(blocks)
        for answer in answers:
            message = f"The answer “{answer_text(answer)}” is left out: no gap can stand there."
            self._tell(message, next((block.span for block in content if block.span), None))
        return rewrite(content, leave={model.Blank: lambda node: model.Text(text=BLANK)})

    def with_gaps(self, blocks: Iterable[Node]) -> tuple[Content, tuple[Answered, ...]]:
        """Blocks for pupils, with a blank for each gap that has an answer, and these answers; the
        gaps of formulas follow after them."""
        self._answers = []
        content = self._reduce(tuple(blocks))
        return content, tuple(self._answers)

    def answer(self, blocks: Iterable[Node]) -> Content:
        """Blocks of an answer, with the answers of their gaps."""
        self._answers = []
        content = self._reduce(tuple(blocks))
        answers = iter(self._answers)
        return rewrite(content, leave={model.Blank: lambda node: inlines_of(next(answers))})

    def _reduce(self, blocks: tuple[Node, ...]) -> Content:
        reduced = rewrite(blocks, leave=self._changes, context=SPAN)
        return cast(Content, reduced)

    def _all_changes(self) -> Changes:
        return {
            model.SoftBreak: lambda node, span: model.Text(text=" "),
            model.Link: lambda n, s: n.children if n.href[:1] in ("#", "") else _bare(n),
            model.InlineElement: lambda n, s: _bare(n) if n.name in SCRIPTS else n.children,
            model.Citation: lambda n, s: (
                n.children or _text_for_platform(", ".join(f"@{item.key}" for item in n.items))
            ),
            model.CrossReference: lambda n, s: model.Text(text=n.text or n.target),
            model.Variable: lambda n, s: model.Text(text=plain_text((n,))),
            model.Abbreviation: lambda n, s: model.Text(text=n.text),
            model.Strikethrough: self._struck,
            model.NoteReference: self._note,
            model.Blank: self._blank,
            model.Math: self._formula,
            model.MathBlock: self._formula,
            model.Heading: lambda n, s: _strong(n.children),
            model.Section: lambda n, s: (*_as_title(n.title), *n.children),
            model.Admonition: lambda n, s: (*_as_title(n.title), *n.children),
            model.Exercise: lambda n, s: (*_as_title(n.title), *n.children),
            model.Answer: lambda n, s: n.children,
            model.TeacherNote: lambda n, s: n.children,
            model.Container: lambda n, s: n.children,
            model.Dialogue: lambda n, s: tuple(
                block for turn in n.turns for block in turn.children
            ),
            model.Turn: lambda n, s: replace(
                n, children=(*_as_title(_text_for_platform(n.speaker)), *n.children)
            ),
            model.DefinitionList: lambda n, s: define_terms(n),
            model.Figure: lambda n, s: (_plain(n.image), *_as_caption(n.caption)),
            model.FigureGroup: lambda n, s: (*n.figures, *_as_caption(n.caption)),
            model.Chart: _chart,
            model.Table: lambda n, s: (replace(_bare(n), caption=()), *_as_caption(n.caption)),
            **dict.fromkeys(TASKS, self._task),
            **dict.fromkeys(NOTHING, lambda node, span: ()),
            **dict.fromkeys(BARE, lambda node, span: _bare(node)),
        }

    def _struck(self, node: model.Strikethrough, span: Span | None) -> tuple[Inline, ...]:
        self._tell("The line through this text is lost: a platform shows it as other text.", span)
        return node.children

    def _note(self, node: model.NoteReference, span: Span | None) -> Inline:
        """The text of a note in brackets."""
        note = self._notes.get(node.number)
        text = plain_text(note.children).strip() if note else ""
        return model.Text(text=f" [{text}]" if text else "")

    def _blank(self, node: model.Blank, span: Span | None) -> Inline:
        if node.answer:
            self._answers.append(node.answer)
            return model.Blank()
        self._tell("This gap has no answer: on a platform it is a line that nobody fills in.", span)
        return model.Text(text=BLANK)

    def _formula(self, node: Any, span: Span | None) -> tuple[Node, ...]:
        """A formula with its gaps after it, as gaps of the text."""
        gaps = [self._blank(model.Blank(answer=answer), span) for answer in node.gaps]
        if not gaps:
            return (_bare(node),)
        listed = [part for gap in gaps for part in (model.Text(text=" "), gap)]
        bare = replace(_bare(node), tex=_GAP.sub(GAP_IN_FORMULA, node.tex), gaps=())
        if isinstance(node, model.Math):
            return (bare, *listed)
        return (bare, model.Paragraph(children=tuple(listed[1:])))

    def _task(self, node: Node, span: Span | None) -> tuple[Node, ...]:
        self._tell("A task within other text is left out: a platform has one after another.", span)
        return ()

    def _tell(self, message: str, span: Span | None) -> None:
        self._findings.add(Code.NOT_ON_PLATFORM, message, span)


NOTHING = (
    model.PageMark, model.ThematicBreak, model.PageBreak, model.Bibliography, model.Index,
    model.WritingLines, model.WritingSpace,
)  # fmt: skip
BARE = (
    model.Paragraph, model.Plain, model.List, model.ListItem, model.BlockQuote, model.CodeBlock,
    model.TableCell, model.TableRow, model.Emphasis, model.Strong, model.Code, model.Image,
)  # fmt: skip
"""The kinds of nodes that stay, without attributes."""


def _bare(node: Any) -> Any:
    return replace(node, attributes=model.NO_ATTRIBUTES)


def _text_for_platform(text: str) -> tuple[Inline, ...]:
    return (model.Text(text=text),) if text else ()


def _strong(inlines: tuple[Inline, ...]) -> Block:
    return model.Paragraph(children=(model.Strong(children=inlines),))


def _as_title(title: tuple[Inline, ...]) -> tuple[Block, ...]:
    return (_strong(title),) if title else ()


def _as_caption(caption: tuple[Inline, ...]) -> tuple[Block, ...]:
    return (model.Paragraph(children=caption),) if caption else ()


def _plain(image: model.Image) -> Block:
    return model.Paragraph(children=(image,))


def define_terms(node: model.DefinitionList) -> tuple[Block, ...]:
    """The terms of a list, each with what it means below."""
    return tuple(
        block
        for item in node.items
        for block in (*map(_strong, item.terms), *(b for d in item.definitions for b in d))
    )


def _chart(node: model.Chart, span: Span | None) -> tuple[Block, ...]:
    drawing = (_plain(node.image),) if node.image else ()
    table = () if node.image or not node.table.body else (node.table,)
    return (*drawing, *table, *_as_caption(node.caption))


# --- answers ---------------------------------------------------------------------------------
# The document that pupils get, with the answers of that for teachers in fields of their own.
#
# What platforms show is therefore what pupils get, whatever is withheld and however it is written.
# An answer is found by its place in the source.

HOLDERS = (
    model.Exercise, model.ListItem, model.Container, model.Admonition, model.BlockQuote,
    model.Section,
)  # fmt: skip
"""The nodes in which an answer may stand between questions."""

_Place: TypeAlias = tuple[str, int, int]
_Key: TypeAlias = tuple[type[Node], _Place]


def with_answers(
    pupils: Document, teachers: Document, withheld: Sequence[Withheld], edition: Edition
) -> Document:
    """The document for pupils on a platform, with the answers of the same one for teachers.
    Anything else that is ``withheld`` and only they get is told."""
    pupils, teachers = _place_all(pupils), _files_of_teachers(_place_all(teachers), pupils)
    lost = frozenset(places_lacked(withheld, edition_with_answers(edition)))
    ranges = outermost(
        place
        for place in places_lacked(withheld, edition)
        if place.kind == "range" and place not in lost
    )
    document = _fill_gaps(pupils, dict(_gaps(teachers, Ranges(ranges))))
    answers = tuple(_answers(teachers, pupils, ranges))
    document = replace(
        document,
        blocks=_insert_answers(document.blocks, answers),
        notes=(*document.notes, *teachers.notes),
        assets=(*document.assets, *teachers.assets),
        diagnostics=tuple(dict.fromkeys((*pupils.diagnostics, *teachers.diagnostics))),
    )
    findings, taken = Findings(document), {answer.number for answer in answers}
    lines = frozenset(_lines_of_exercises(teachers))
    for number, place in enumerate(ranges):
        if number not in taken and (place.span.file, place.span.line) in lines:
            message = "This text for teachers is left out: a platform has answers alone."
            findings.add(Code.NOT_ON_PLATFORM, message, place.span)
    return findings.add_to(document)


def _place_all(document: Document) -> Document:
    """The document with all places in their files."""
    kinds = {type(node) for node in all_nodes(document) if node.span}

    def leave(node: Node) -> Node:
        return replace(node, span=document.place(node.span))

    return replace(rewrite_document(document, leave=dict.fromkeys(kinds, leave)), origins={})


def _files_of_teachers(teachers: Document, pupils: Document) -> Document:
    """The document for teachers with only those files that the other one does not have, and with
    numbers of notes and names of files that are not in use there."""
    known, taken = {a.path: a for a in pupils.assets}, {a.name for a in pupils.assets}
    assets: list[Asset] = []
    paths: dict[str, str] = {}
    for asset in teachers.assets:
        same = known.get(asset.path)
        if same and (asset.is_file or same.data == asset.data):
            continue
        if same:  # a drawing, which is called by its number
            paths[asset.path] = f"{asset.path}-answer"
        name = asset.name
        while name in taken:
            name = f"answer-{name}"
        taken.add(name)
        assets.append(replace(asset, path=paths.get(asset.path, asset.path), name=name))
    count = len(pupils.notes)

    def number(node: model.Note | model.NoteReference) -> Node:
        return replace(node, number=node.number + count) if node.number else node

    def show(node: model.Image) -> Node:
        return replace(node, asset=paths[node.asset]) if node.asset in paths else node

    leave = {model.Image: show, model.Note: number, model.NoteReference: number}
    return replace(rewrite_document(teachers, leave=leave), assets=tuple(assets))


# --- gaps ---------------------------------------------------------------------------------


class _Gaps:
    """The gaps of a document, one after the other: those at the same place are numbered."""

    def __init__(self) -> None:
        self._counts: Counter[Span | None] = Counter()

    def key(self, node: Node, span: Span | None) -> tuple[Span | None, int]:
        self._counts[span] += 1
        return span, self._counts[span]


def _gaps(document: Document, hidden: Ranges) -> Iterator[tuple[Any, Node]]:
    gaps = _Gaps()
    for node, span in all_spans(document):
        if _has_gap(node) and not hidden.hold(span):
            yield gaps.key(node, span), node


def _has_gap(node: Node) -> bool:
    return isinstance(node, model.Blank) or (isinstance(node, FORMULAS) and bool(node.gaps))


def _fill_gaps(document: Document, solutions: dict[Any, Node]) -> Document:
    """The document with the answers in its gaps."""
    gaps = _Gaps()

    def fill(node: Node, span: Span | None) -> Node:
        solution: Any = solutions.get(gaps.key(node, span)) if _has_gap(node) else None
        if type(solution) is not type(node):
            return node
        name = "answer" if isinstance(node, model.Blank) else "gaps"
        return replace(node, **{name: getattr(solution, name)})

    return rewrite_document(
        document, enter=dict.fromkeys((model.Blank, *FORMULAS), fill), context=SPAN
    )


# --- blocks -------------------------------------------------------------------------------


class _Answer(NamedTuple):
    """The blocks in a range with a ``number``, and the node that they stand in, if any."""

    number: int
    holder: _Key | None
    block: model.Answer


class _AroundAnswer(NamedTuple):
    """The node in which an answer can stand, whether one can stand right here, and the block that
    is one."""

    holder: _Key | None = None
    is_open: bool = True
    answer: Node | None = None


def _answers(teachers: Document, pupils: Document, ranges: Sequence[Withheld]) -> Iterator[_Answer]:
    """The answers of several blocks, or one, each where it stands: all that begins in a range, and
    that pupils do not have."""
    hidden = Ranges(ranges)
    there = {_key(node) for node in walk(pupils.blocks)}

    def inherit(node: Node, above: _AroundAnswer) -> _AroundAnswer:
        if above.answer:
            return above
        key = _key(node)
        if isinstance(node, Block) and hidden.hold(node.span) and key not in there:
            return above._replace(answer=node)
        if isinstance(node, HOLDERS) and above.is_open:
            return _AroundAnswer(key) if key in there else above
        return above._replace(is_open=above.is_open and isinstance(node, model.List))

    nodes = (
        (hidden.number(node.span), around.holder, node)
        for node, around in walk_with(teachers.blocks, _AroundAnswer(), inherit)
        if around.answer is node
    )
    for (number, holder), group in groupby(nodes, key=lambda entry: entry[:2]):
        assert number is not None, "an answer is in a range"
        blocks: tuple[Any, ...] = tuple(node for _, _, node in group)
        if ANSWER in ranges[number].conditions.classes:
            answer = model.Answer(children=blocks, span=ranges[number].span)
            yield _Answer(number, holder, answer)


def _insert_answers(blocks: tuple[Block, ...], answers: Iterable[_Answer]) -> tuple[Block, ...]:
    """The blocks with answers where they belong."""
    inserted: dict[_Key | None, list[Block]] = defaultdict(list)
    for answer in answers:
        inserted[answer.holder].append(answer.block)

    def merge(children: tuple[Block, ...], key: _Key | None) -> tuple[Block, ...]:
        here = inserted.get(key, [])
        places = accumulate((_key(child)[1] for child in children), max)
        entries = [*zip(places, children, strict=True), *((_key(a)[1], a) for a in here)]
        return tuple(child for _, child in sorted(entries, key=lambda entry: entry[0]))

    def leave(node: Any) -> Any:
        key = _key(node)
        return replace(node, children=merge(node.children, key)) if key in inserted else node

    return merge(rewrite(blocks, leave=dict.fromkeys(HOLDERS, leave)), None)


def _key(node: Node) -> _Key:
    span = node.span
    return type(node), (span.file, span.line, span.column) if span else ("", 0, 0)


def _lines_of_exercises(document: Document) -> Iterator[tuple[str, int]]:
    """The lines of exercises, each with its file."""
    for node in all_nodes(document):
        if isinstance(node, model.Exercise) and node.span:
            file = node.span.file
            ends = (
                max(inner.span.line, inner.span.end)
                for inner in walk(node)
                if inner.span and inner.span.file == file
            )
            yield from ((file, line) for line in range(node.span.line, max(ends) + 1))


# --- reading ---------------------------------------------------------------------------------
# From a document to its questions. What has no place among them is told.

TEXT = (model.Paragraph, model.MathBlock, model.List, model.Table, model.DefinitionList)
ANSWER_ROOM = (model.WritingLines, model.WritingSpace)
PARTS = (*TASKS, *ANSWER_ROOM, model.Answer)
"""The blocks between which the text of questions stands."""

PICTURES = (model.Figure, model.FigureGroup, model.Chart)
FEW_WORDS = 25
"""Words outside of exercises, such as a greeting, that nobody misses on a platform."""

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
    else:
        reader.tell_of_rest()
    return tuple(reader.items)


class _AroundQuestion(NamedTuple):
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
        self._rest: list[Node] = []  # what is in no question

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
                    self._questions((block,), _AroundQuestion(span=block.span))
                else:
                    self._rest.append(block)
            elif isinstance(block, PICTURES):
                self._rest.append(block)
            else:
                self.text(children(block))
            is_below_task = isinstance(block, (*TASKS, *TEXT)) and len(self.items) > count

    def tell_of_rest(self) -> None:
        """Report the text and the pictures between exercises, which pupils may need."""
        pictures = sum(isinstance(block, PICTURES) for block in self._rest)
        words = sum(len(plain_text((block,)).split()) for block in self._rest)
        if words < FEW_WORDS and not pictures:
            return
        counts = ((words, "word"), (pictures, "picture"))
        left = " and ".join(f"{n} {name}{'s' * (n > 1)}" for n, name in counts if n)
        message = (
            f"A platform gets the exercises alone: {left} outside them are left out. Put what"
            " pupils need there into an exercise."
        )
        self._tell(message, self._rest[0].span)

    def _exercise(self, node: model.Exercise) -> None:
        first = len(self.items)
        self._title = plain_text(node.title)
        title = model.Paragraph(children=(model.Strong(children=node.title),), span=node.span)
        prompt = self._portable.content((title,) if node.title else ())
        name = str(node.number or "")
        self._questions(node.children, _AroundQuestion(prompt, name, Fraction(0), node.span, True))
        self._title = ""
        points, without = points_of(node), [i for i in self.items[first:] if not i.points]
        rest = points - sum((item.points for item in self.items[first:]), Fraction(0))
        if without and rest > 0:  # those of the exercise are shared among its questions
            self.items[first:] = [
                item if item.points else item._replace(points=rest / len(without))
                for item in self.items[first:]
            ]

    def _questions(self, blocks: Iterable[Node], around: _AroundQuestion) -> None:
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
                self._ask_items(block, self._take_below(stem, around))
            elif _is_grid(block):
                self._grid(block, around, stem)
            elif isinstance(block, (*ANSWER_ROOM, *TASKS)):
                self._gaps(around, stem)
                self._task(block, self._take_below(stem, around)._replace(span=span))
            else:
                assert isinstance(block, Block)
                stem.append(block)
        if self._gaps(around, stem) or not stem:
            return
        place = stem[0].span or around.span
        if len(self.items) == first:
            self._add("long", self._take_below(stem, around))
        else:
            self._tell("The text after the last question is left out: it belongs to none.", place)

    def _take_below(self, stem: list[Block], around: _AroundQuestion) -> _AroundQuestion:
        """The things around a task below some blocks, which belong to it."""
        content = self._portable.content(stem)
        stem.clear()
        return around._replace(prompt=(*around.prompt, *content))

    def _ask_items(self, node: model.List, around: _AroundQuestion) -> None:
        for item in node.items:
            inner = around._replace(
                name=item.label or around.name,
                points=points_of(item) or around.points,
                span=item.span or around.span,
            )
            self._questions(item.children, inner)

    def _answer(
        self, block: model.Answer, around: _AroundQuestion, stem: list[Block], first: int
    ) -> None:
        """An answer: to the question that stands before it, to the one that it follows, or, as a
        list, to each of several."""
        answer = self._portable.answer(block.children)
        gaps = self._gaps(around, stem)
        before = self.items[first:]
        listed = [each for each in answer if isinstance(each, model.List) and each.ordered]
        if (stem and not gaps) or not before:
            self._add("long", self._take_below(stem, around), answer=answer)
        elif listed and len(before) > 1 and len(listed[0].items) == len(before):
            self.items[first:] = [
                item._replace(answer=(*item.answer, *part.children))
                for item, part in zip(before, listed[0].items, strict=True)
            ]
        else:
            self.items[-1] = before[-1]._replace(answer=(*before[-1].answer, *answer))

    def _task(self, block: Node, around: _AroundQuestion) -> None:
        match block:
            case model.Choices():
                prompt = model.Paragraph(children=block.prompt, span=block.span)
                self._choices(block, self._take_below([prompt] if block.prompt else [], around))
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

    def _choices(self, node: model.Choices, around: _AroundQuestion) -> None:
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

    def _grid(self, table: model.Table, around: _AroundQuestion, stem: list[Block]) -> None:
        """Each row of a grid as a question, whose choices are the columns."""
        self._gaps(around, stem)
        heads = [self._content(cell) for cell in table.head[-1].cells] if table.head else []
        above = self._take_below(stem, around)
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
            row_around = self._take_below(text, above)._replace(span=row.span or around.span)
            right = sum(choice.is_right for choice in choices)
            if not right:
                self._tell("No column of this row is right, so it is left out.", row_around.span)
            else:
                kind: Kind = "single" if right == 1 else "several"
                self._add(kind, row_around, choices=choices)

    def _gaps(self, around: _AroundQuestion, stem: list[Block]) -> bool:
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
                kept = replace(last, children=_strip_end(before))
                prompt = (*prompt[:-1], *((kept,) if kept.children else ()))
        span = stem[0].span or around.span
        stem.clear()
        self._add(kind, around._replace(prompt=(*around.prompt, *prompt), span=span), gaps=gaps)
        return True

    def _content(self, node: Node) -> Content:
        return self._portable.content(children(node))

    def _add(self, kind: Kind, around: _AroundQuestion, **fields: Any) -> None:
        prompt = around.prompt
        if kind in DEFAULT_PROMPTS and not prompt:
            prompt = _line(words(self._lang)[DEFAULT_PROMPTS[kind]])
        item = Question(kind, self._name(around.name, prompt), prompt, around.span, around.points)
        self.items.append(item._replace(**fields))

    def _name(self, label: str, prompt: Content) -> str:
        """The name of a question in a list of them, which no other has."""
        title = self._title or next(filter(None, map(_read_text, prompt)), "")[:LONGEST_NAME]
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
            yield from _flat(define_terms(block))
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


def _read_text(block: Block) -> str:
    return plain_text((block,)).strip()


def _strip_end(inlines: Iterable[model.Inline]) -> tuple[model.Inline, ...]:
    """Text without white space at its end."""
    kept = [*inlines]
    while kept and isinstance(last := kept[-1], model.Text):
        if text := last.text.rstrip():
            kept[-1] = replace(last, text=text)
            break
        kept.pop()
    return tuple(kept)


# --- sheet -----------------------------------------------------------------------------------
# The content of questions as HTML that all platforms read, or as text without any markup.

_CODE = late(r"((?<=<pre>).*?(?=</pre>))", re.DOTALL)

GLOSSARY = "glossary"
"""The name of blocks, and the role of sections, with terms."""

LOST = (model.Image, model.Table, model.CodeBlock)
"""The kinds of content that text without markup cannot hold."""


class QuestionSheet:
    """Writes the content of a document's questions for one platform. `images` are the names of the
    images that are needed."""

    def __init__(
        self,
        document: Document,
        findings: Findings,
        environment: jinja2.Environment,
        edition: Edition,
    ) -> None:
        self.metadata = document.metadata
        self.words = words(document.metadata.lang)
        self.images: set[str] = set()
        self._findings = findings
        self._environment = environment
        self.edition = edition
        self._document = document
        self._assets = {asset.path: asset for asset in document.assets}

    @property
    def title(self) -> str:
        """The title of the document, which pupils may see."""
        return self.metadata.title

    @property
    def notice(self) -> str:
        """The title with the words that the file is for teachers, who see it there alone."""
        return f"{self.title} ({EDITIONS['teacher'].in_words(self.words)})"

    def tell(self, message: str, span: Span | None) -> None:
        """Report that something of a question has no place on the platform."""
        self._findings.add(Code.NOT_ON_PLATFORM, message, span)

    def tell_of_points(self, questions: Iterable[Question]) -> None:
        """Report that points have no place on the platform."""
        for question in questions:
            if question.points not in (0, 1):
                points = f"The {self.points(question)} points are left out"
                self.tell(f"{points}: there are none in {self.edition.platform}.", question.span)

    def template(self, file: str, /, **context: object) -> str:
        """A file of the platform's template folder."""
        return self._environment.get_template(f"{self.edition.format}/{file}.j2").render(context)

    def html(
        self,
        content: Content,
        gaps: Iterable[str] = (),
        *,
        images: str | None = "",
        formula: Callable[[model.Math | model.MathBlock], str | Markup] | None = None,
        span: Span | None = None,
    ) -> Markup:
        """Blocks as HTML, with this markup in place of each of its gaps. ``images`` is the folder
        of images, None for a platform that has none; a ``formula`` is in TeX if nothing else is
        given."""
        left = iter(gaps)
        module = self._environment.get_template("shared/question.html.j2").make_module(
            {
                "kind": lambda node: type(node).__name__,
                "formula": formula or write_formula,
                "gap": lambda: next(left, BLANK),
                "image": lambda node: self._image(node, images, span),
            }
        )
        return Markup(module.blocks(content).strip())  # type: ignore[attr-defined]

    def _image(self, node: model.Image, folder: str | None, span: Span | None) -> str:
        """The address of an image, "" for one that is told to be left out."""
        if folder is None and (asset := self._assets.get(node.asset)):
            what = f"The image “{node.source}”" if asset.is_file else "A drawing"
            self.tell(f"{what} is left out: there is no place for it.", node.span or span)
        name = self.take_image(node) if folder is not None else ""
        return f"{folder}{name}" if name else ""

    def take_image(self, node: model.Image) -> str:
        """The name of an image, which is needed from now on; "" if it does not exist."""
        asset = self._assets.get(node.asset)
        self.images |= {asset.name} if asset else set()
        return asset.name if asset else ""

    def media_type(self, node: model.Image) -> str:
        asset = self._assets.get(node.asset)
        return asset.media_type if asset else ""

    @property
    def terms(self) -> Iterator[tuple[Content, Content]]:
        """The terms of glossaries that pupils have, with what they mean."""
        portable = Portable(self._document, self._findings)
        for holder in walk(rewrite(self._document.blocks, enter={model.Answer: lambda node: ()})):
            if GLOSSARY in (getattr(holder, "role", ""), getattr(holder, "name", "")):
                for node in walk(children(holder)):
                    if isinstance(node, model.DefinitionItem):
                        meaning = [block for blocks in node.definitions for block in blocks]
                        for term in node.terms:
                            named = (model.Paragraph(children=term),)
                            yield portable.content(named), portable.content(meaning)

    def text(self, content: Content, span: Span | None = None) -> str:
        """Blocks as one line of text, with formulas in TeX."""
        for node in walk(content):
            if isinstance(node, LOST):
                what = {model.Image: "An image", model.Table: "A table"}.get(type(node), "Code")
                self.tell(f"{what} is shown as its text alone: here is no markup.", span)
        return " ".join(" ".join(texts_of(content)).split())

    def answer_text(self, question: Question) -> str:
        """The right answer in one line, with gaps, pairs and positions one after another, and with
        all alternatives."""
        span = question.span
        right = [c.content for c in question.choices if c.is_right]
        parts = [self.text(content, span) for content in (*right, *question.order)]
        either = (*understood_in(self.metadata.lang, "alternative"), "/")[0]
        parts += (f" {either} ".join(gap.answers) for gap in question.gaps)
        for left, right_side in question.pairs:
            parts.append(f"{self.text(left, span)} – {self.text(right_side, span)}")
        return "; ".join(parts) or self.text(question.answer, span)

    def points(self, item: Question) -> str:
        """The points of a question as a decimal number."""
        return f"{float(item.points or 1):g}"


def write_formula(node: model.Math | model.MathBlock) -> str:
    """A formula in TeX, between marks that MathJax knows."""
    shown = isinstance(node, model.MathBlock) or node.display
    return rf"\[{node.tex.strip()}\]" if shown else rf"\({node.tex.strip()}\)"


def texts_of(nodes: Iterable[Node]) -> Iterable[str]:
    """The text of each block, or cell."""
    for node in nodes:
        inlines = [child for child in children(node) if isinstance(child, model.Inline)]
        if isinstance(node, model.MathBlock):
            yield write_formula(node)
        elif isinstance(node, model.CodeBlock):
            yield node.text
        elif inlines:
            yield "".join(map(_inline, inlines))
        else:
            yield from texts_of(children(node))


def _inline(node: Node) -> str:
    match node:
        case model.Text() | model.Code():
            return node.text
        case model.Image():
            return node.alt
        case model.Math():
            return write_formula(node)
        case model.Blank():
            return BLANK
        case model.LineBreak():
            return " "
    return "".join(map(_inline, children(node)))


def one_line(markup: str) -> str:
    """HTML on a single line: line ends count in code alone."""
    parts = _CODE.split(str(markup))  # code is every other part
    parts[1::2] = (code.strip("\n").replace("\n", "&#10;") for code in parts[1::2])
    return "".join(part.replace("\n", " ") for part in parts)


def without_images(content: Content) -> Content:
    """Blocks without their images."""
    return rewrite(content, leave={model.Image: lambda node: ()})
