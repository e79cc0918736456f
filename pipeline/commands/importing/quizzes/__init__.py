"""Questions of learning platforms as exercises: GIFT, Moodle XML, QTI and H5P.

A module for each format reads its questions (`asked`); here they become exercises.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import lxml.html
from lxml.etree import ParserError

from pipeline import model
from pipeline.commands.importing.draft import (
    DISPLAY_SENTINEL,
    MATH_SENTINEL,
    Draft,
    count,
    tell_loss,
    unread,
)
from pipeline.commands.importing.files import BrokenArchiveError
from pipeline.commands.importing.page_reader import PageReader, take_formulas
from pipeline.commands.importing.quizzes import gift, h5p, moodle, qti
from pipeline.commands.importing.quizzes.asked import BLANK, Asked, AskedGap, UnreadableQuizError
from pipeline.commands.importing.tidying import tidy
from pipeline.model import Attributes, Block, Inline, tree
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.tree import plain_text, rewrite, walk
from pipeline.model.words import understood_in, words
from pipeline.model.words.guessing import language_of_text
from pipeline.model.words.writing_conventions import plain_typed, writing
from pipeline.parser.blank_rules import blank

_FORMULA = late(
    r"\\\(((?:(?!\\[()]).)++)\\\)|\\\[((?:(?!\\[\[\]]).)++)\\\]|\$\$([^$]++)\$\$", re.DOTALL
)
_NUMBER = late(r"[+-]?[0-9]+\.[0-9]+")
_BLANK = late(f"{BLANK}([0-9]+){BLANK}")
_LABEL = late(r"^[0-9]+[a-z]{0,2}(?:[.-][0-9a-z]+)* +")
_COUNTED = late(r" \([0-9]+\)$")

FEWEST_UNDERSCORES = 4
"""The underscores of a gap at least."""

LOOKS = {"b": "strong", "i": "em"}
"""The elements that stand for others in most questions."""

FIXED = Attributes(classes=(tree.FIXED,))
MISSING_WORD = model.Blank()
"""The place in a text of what is to be chosen below it."""

SPACE = model.WritingSpace(height=60)
"""Room to draw where nothing says how much."""

READERS = {".gift": gift.read, ".xml": moodle.read, ".zip": qti.read, ".h5p": h5p.read}


def read_quiz(path: Path, name: str) -> Draft:
    """A file of questions as a worksheet."""
    try:
        quiz = READERS[path.suffix.lower()](path.read_bytes())
    except (UnreadableQuizError, BrokenArchiveError) as error:
        return unread(str(error), name)
    reader = PageReader(name, lambda source: quiz.files.get(unquote(source)), "", "")
    texts = " ".join(_TAG.sub(" ", question.prompt) for question in quiz.questions)
    lang = quiz.lang or language_of_text(texts)
    blocks = tuple(_Exercises(reader, lang).make(question) for question in quiz.questions)
    findings = (
        tell_loss(
            f"{file}: {message}" if file else message,
            name,
            span=Span(line, 1) if line and not file else None,
        )
        for message, line, file in quiz.lost
    )
    for_teachers = f" ({EDITIONS['teacher'].in_words(words(lang or 'en'))})"
    metadata = Metadata(title=quiz.title.removesuffix(for_teachers), lang=lang or "en")
    counts = dict(count(blocks, ()))
    return Draft(metadata, blocks, (), reader.images, counts, (*reader.findings, *findings))


_TAG = late(r"<[^<>]*>")


def _normalise_typed(text: str) -> str:
    """A text that is the same however it is typed, as platforms need it in several ways."""
    plain = plain_typed(text)
    return plain.replace(",", ".") if _NUMBER.fullmatch(plain.replace(",", ".")) else plain


class _Exercises:
    """Makes exercises of questions in a language."""

    def __init__(self, reader: PageReader, lang: str) -> None:
        self._reader = reader
        self._or = (understood_in(lang or "en", "alternative") or ("or",))[0]
        self._decimal = writing(lang or "en").decimal

    def make(self, question: Asked) -> model.Exercise:
        blocks = self._blocks(question.prompt, question.gaps)
        title, blocks = _take_title(question.name, blocks)
        answer = self._blocks(question.answer)
        attributes = model.NO_ATTRIBUTES
        if question.points != 1:
            attributes = Attributes(pairs=(("points", f"{question.points:g}"),))
        children = (
            *self._task(question, blocks),
            *((model.Answer(children=answer),) if answer else ()),
        )
        return model.Exercise(children=children, title=title, attributes=attributes)

    def _task(self, question: Asked, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        if question.choices:
            items = tuple(
                model.Choice(
                    children=self._blocks(text),
                    correct=is_right,
                    attributes=FIXED if number in question.fixed else model.NO_ATTRIBUTES,
                )
                for number, (text, is_right) in enumerate(question.choices)
            )
            *before, last = blocks or (model.Paragraph(children=()),)
            if not isinstance(last, model.Paragraph):
                before, last = [*before, last], model.Paragraph(children=())
            chosen = model.Choices(items=items, prompt=last.children, multiple=question.several)
            return (*before, chosen)
        if question.pairs:
            sides = ((self._side(a), self._side(b)) for a, b in question.pairs)
            pairs = [*sides]
            whole = [pair for pair in pairs if pair[0].children]
            extra = [right for left, right in pairs if not left.children]
            matching = model.Matching(
                left=tuple(left for left, _ in whole),
                right=(*(right for _, right in whole), *extra),
                solution=tuple(range(len(whole))),
            )
            return (*blocks, matching)
        if question.order:
            order = tuple(model.ListItem(children=self._blocks(text)) for text in question.order)
            return (*blocks, model.Ordering(items=order, solution=tuple(range(len(order)))))
        if question.lines is not None:
            room = model.WritingLines(count=question.lines) if question.lines else SPACE
            return (*blocks, room)
        if len(question.gaps) == 1:
            gap = self._blank(question.gaps[0])
            match blocks:  # a gap that stands alone belongs to the text above it
                case (*text, model.Paragraph(children=(model.Blank(),))):
                    blocks = tuple(text)
            if not any(isinstance(node, model.Blank) for node in walk(blocks)):
                return _with_last(blocks, gap)
        return blocks

    def _blank(self, gap: AskedGap) -> model.Blank:
        answers = tuple({_normalise_typed(text): text for text in reversed(gap.answers)}.values())[
            ::-1
        ]
        if gap.tolerance or all(map(_NUMBER.fullmatch, answers)):
            answers = tuple(text.replace(".", self._decimal) for text in answers)
        text = f" {self._or} ".join(answers)
        if gap.tolerance:
            text = f"{text} ± {gap.tolerance.replace('.', self._decimal)}"
        return blank(FEWEST_UNDERSCORES, (text,))

    def _side(self, markup: str) -> model.ListItem:
        """One of two things that belong together; a single paragraph as a cell of a table."""
        blocks = self._blocks(markup)
        if len(blocks) == 1 and isinstance(blocks[0], model.Paragraph):
            blocks = (model.Plain(children=blocks[0].children),)
        return model.ListItem(children=blocks)

    def _blocks(self, markup: str, gaps: tuple[AskedGap, ...] = ()) -> tuple[Block, ...]:
        """The blocks of a text in HTML, with its formulas and gaps."""
        if not markup.strip():
            return ()
        marked = _FORMULA.sub(_mark_formula, markup)
        try:
            element = lxml.html.fragment_fromstring(marked, create_parent="div")
        except ParserError:
            return ()
        take_formulas(element)
        for each in element.iter(*LOOKS):
            each.tag = LOOKS[each.tag]
        blocks = self._reader.blocks(element)

        def fill(node: model.Text) -> tuple[Inline, ...]:
            parts = _BLANK.split(node.text)
            if len(parts) == 1:
                return (node,)
            filled: list[Inline] = []
            for text, number in zip(parts[::2], [*parts[1::2], ""], strict=True):
                filled += [model.Text(text=text)] if text else []
                if number:
                    is_answered = int(number) < len(gaps)
                    filled.append(self._blank(gaps[int(number)]) if is_answered else MISSING_WORD)
            return tuple(filled)

        blocks = rewrite(blocks, leave={model.Text: fill, model.Container: _unwrap})
        blocks = tuple(_paragraph(block) for block in blocks)
        return tidy(blocks, (), "", self._reader.tell)[0]


def _mark_formula(match: re.Match[str]) -> str:
    """A formula between the marks that become a node; in HTML, its signs are escaped already."""
    display = "" if match[1] else DISPLAY_SENTINEL
    return f"{MATH_SENTINEL}{display}{match[1] or match[2] or match[3]}{MATH_SENTINEL}"


def _unwrap(node: model.Container) -> Block | tuple[Block, ...]:
    """The blocks in an element without a meaning."""
    return tuple(map(_paragraph, node.children)) if node.name == "div" else node


def _paragraph(block: Block) -> Block:
    if isinstance(block, model.Plain):
        return model.Paragraph(children=block.children)
    return block


def _first_words(blocks: tuple[Block, ...]) -> str:
    """The first words of some blocks but for formulas and gaps, which names write otherwise."""
    kinds = (*model.FORMULAS, model.Blank)
    without = rewrite(blocks, leave=dict.fromkeys(kinds, lambda node: _STAND_IN))
    parts = " ".join(plain_text(without).split()).split(STAND_IN)
    return next(filter(None, map(str.strip, parts)), "")[:BEGINNING]


STAND_IN = "\ue007"
_STAND_IN = model.Text(text=STAND_IN)
BEGINNING = 20
"""Characters by which a name is known that is the beginning of a text."""


def _with_last(blocks: tuple[Block, ...], gap: model.Blank) -> tuple[Block, ...]:
    """The blocks with a gap at the end of the last paragraph, or below a formula or the like."""
    last = blocks[-1] if blocks else None
    if isinstance(last, model.Paragraph):
        end = last.children[-1] if last.children else None
        if not (isinstance(end, model.Math) and end.display):
            children = (*last.children, model.Text(text=" "), gap)
            return (*blocks[:-1], model.Paragraph(children=children))
    return (*blocks, model.Paragraph(children=(gap,)))


def _take_title(
    name: str, blocks: tuple[Block, ...]
) -> tuple[tuple[Inline, ...], tuple[Block, ...]]:
    """The title of an exercise, and its other blocks: a strong first line that the name repeats,
    or a name that is no beginning of the text."""
    text = _COUNTED.sub("", _LABEL.sub("", name.strip()))
    first = blocks[0] if blocks else None
    if isinstance(first, model.Paragraph) and len(first.children) == 1:
        only = first.children[0]
        if isinstance(only, model.Strong) and _first_words(blocks[:1]) in text:
            return only.children, blocks[1:]
    if not text or _LABEL.fullmatch(f"{name} ") or _first_words(blocks) in text:
        return (), blocks
    return (model.Text(text=text),), blocks
