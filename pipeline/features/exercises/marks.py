"""Marks of exercises and questions, at the end of their first lines; totals, with a score box; and
totals that contradict the parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.features import PassSetting
from pipeline.model import (
    Attributes,
    Block,
    Document,
    Exercise,
    Inline,
    ListItem,
    Node,
    Section,
    Table,
    TableCell,
    TableRow,
)
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import MARKS, PATH, children, find, is_for_teachers, plain_text
from pipeline.model.words import counted, words
from pipeline.model.words.writing_conventions import writing
from pipeline.resolve.findings import Findings
from pipeline.resolve.publication_parts import is_list

MOST = 1000

_MARKS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


def count_marks(document: Document, _setting: PassSetting) -> Document:
    """The document with the marks of each exercise and question as text, and with totals if the
    front matter asks for them; for a platform, they stay attributes. An invalid number of marks, or
    one in the wrong place, is a BAD_ATTRIBUTE. A number that differs from the sum of the questions
    is WRONG_SUM."""
    findings = Findings(document)
    marked = {type(node) for _, node, _ in find(document, marked=True) if _key(node)}
    if not marked:
        return document

    def check(node: Node, path: tuple[Node, ...]) -> Node:
        if not (key := _key(node)) or not (problem := _problem(node, path)):
            return node
        message = f"`{key}={node.attributes.get(key)}` is {problem}."
        span = next((inner.span for inner in path if inner.span), None)
        findings.add(Code.BAD_ATTRIBUTE, message, span, _HINT)
        return replace(node, attributes=node.attributes.without(MARKS))

    checks: Changes = dict.fromkeys(marked, check)
    document = rewrite_document(document, enter=checks, context=PATH)
    for _, node, span in find(document, marked=True):
        if (score := marks_of(node)) and (parts := marks_in(children(node))) not in (
            0,
            score,
        ):
            key = _key(node)
            message = f"`{key}={float(score):g}` is not the sum of its questions: {float(parts):g}."
            hint = "Change one of them, or leave out the total to have it added up."
            findings.add(Code.WRONG_SUM, message, span, hint)
    called = next((key for _, node, _ in find(document, marked=True) if (key := _key(node))), "")
    edition = EDITIONS.get(document.edition)
    if edition and edition.platform:
        return findings.added_to(document)  # platforms have fields for them
    lang, places = document.metadata.lang, document.metadata.score
    vocabulary = words(lang)

    def show(node: Exercise | ListItem) -> Node:
        score = marks_of(node)
        if isinstance(node, Exercise):
            score = score or marks_in(node.children)
        if score:
            marks = _in_words(score, _key(node) or called, lang)
            shown = _span("marks", model.Text(text=vocabulary["marks_shown"].format(marks=marks)))
            if isinstance(node, Exercise) and "exercises" in places:
                shown = _span("marks", _span("score-box"), model.Text(text=f"\u2002/\u2002{marks}"))
            node = _with_text(node, (model.Text(text=" "), shown))
        return replace(node, attributes=node.attributes.without(MARKS))

    total, rows = marks_in(document.blocks), tuple(_by_exercise(document.blocks))
    document = rewrite_document(document, enter={Exercise: show, ListItem: show})
    if total:
        line: Block = model.Paragraph(
            children=(
                model.Text(text=f"{vocabulary['score']}\u2002"),
                _span("score-box"),
                model.Text(text=f"\u2002/\u2002{_in_words(total, called, lang)}"),
            ),
            attributes=Attributes(classes=("score",)),
        )
        boxes = {place: line for place in ("head", "foot") if place in places}
        if "table" in places:
            boxes["head" if boxes.keys() == {"head"} else "foot"] = _table(rows, total, lang)
        blocks = document.blocks
        if "foot" in boxes:
            blocks = _with_last(blocks, boxes["foot"])
        if "head" in boxes:
            blocks = (boxes["head"], *blocks)
        document = replace(document, blocks=blocks)
    return findings.added_to(document)


def _by_exercise(blocks: Iterable[Node]) -> Iterator[tuple[str, Fraction]]:
    """The number, or else the title, of each exercise with marks, and these."""
    for node in blocks:
        if is_for_teachers(node):
            continue
        if isinstance(node, Exercise):
            if marks := marks_of(node) or marks_in(node.children):
                yield str(node.number or plain_text(node.title)), marks
        else:
            yield from _by_exercise(children(node))


def _table(rows: Iterable[tuple[str, Fraction]], total: Fraction, lang: str) -> Table:
    """The exercises with their marks, with room for those that are reached, and for the grade."""
    vocabulary, empty = words(lang), TableCell(children=())
    heads = (vocabulary[key] for key in ("exercise", "score_possible", "score_reached"))
    body = [
        TableRow(
            cells=(_cell(name, scope="row"), _cell(_number(marks, lang), align="right"), empty)
        )
        for name, marks in (*rows, (vocabulary["score_total"], total))
    ]
    grade = _cell(vocabulary["score_grade"], scope="row")
    body.append(TableRow(cells=(grade, replace(empty, columns=2))))
    return Table(
        head=(TableRow(cells=tuple(_cell(head, scope="col") for head in heads)),),
        body=tuple(body),
        attributes=Attributes(classes=("score",)),
    )


def _cell(
    text: str, *, scope: Literal["", "col", "row"] = "", align: Literal["", "right"] = ""
) -> TableCell:
    content = model.Plain(children=(model.Text(text=text),))
    return TableCell(children=(content,), scope=scope, align=align)


def _with_last(blocks: tuple[Block, ...], line: Block) -> tuple[Block, ...]:
    """The blocks with a line at the end of the last section of the text, which is in the file of a
    chapter; text after all sections would be in none."""
    for number, block in reversed([*enumerate(blocks)]):
        if isinstance(block, Section) and not is_list(block) and not is_for_teachers(block):
            block = replace(block, children=_with_last(block.children, line))
            return (*blocks[:number], block, *blocks[number + 1 :])
    return (*blocks, line)


_HINT = (
    "Write `marks=4` on an exercise, or at the end of one of its questions: `a) Why? {marks=4}`."
)


def marks_of(node: Node) -> Fraction:
    """The explicit marks of a node, 0 if there are none."""
    return Fraction(node.attributes.get(_key(node), "0").replace(",", "."))


def marks_in(blocks: Iterable[Node]) -> Fraction:
    """The total marks of nodes, not for teachers. A node's own replace those of its contents."""
    total = Fraction(0)
    stack = list(blocks)
    while stack:
        node = stack.pop()
        if not is_for_teachers(node):
            marks = marks_of(node)
            total += marks
            if not marks:
                stack += children(node)
    return total


def _in_words(marks: Fraction, key: str, lang: str) -> str:
    """Marks in the words of a language, with ``key`` as the term: 4 points."""
    return counted(words(lang)[key], marks).format(number=_number(marks, lang))


def _number(marks: Fraction, lang: str) -> str:
    return f"{float(marks):g}".replace(".", writing(lang).decimal)


def _key(node: Node) -> str:
    """The attribute key under which a node has its number of marks."""
    return next((key for key, _ in node.attributes.pairs if key in MARKS), "")


def _problem(node: Node, path: tuple[Node, ...]) -> str:
    """The problem with a node's marks, or ""."""
    key = _key(node)
    value = node.attributes.get(key)
    if not _MARKS.fullmatch(value) or not 0 < Fraction(value.replace(",", ".")) <= MOST:
        return f"not a number of {key} up to {MOST}"
    is_question = isinstance(node, ListItem) and any(
        isinstance(holder, Exercise) for holder in path
    )
    if not isinstance(node, Exercise) and not is_question:
        return "neither on an exercise nor on one of its questions"
    return ""


def _span(name: str, *children: Inline) -> Inline:
    attributes = Attributes(classes=(name,))
    return model.InlineElement(name="span", children=children, attributes=attributes)


def _with_text(node: Exercise | ListItem, text: tuple[Inline, ...]) -> Exercise | ListItem:
    """An exercise or a question with a text at the end of its title, or of its first paragraph."""
    if isinstance(node, Exercise) and node.title:
        return replace(node, title=(*node.title, *text))
    first = node.children[0] if node.children else None
    others = node.children[1:]
    blocks: tuple[Block, ...]
    if isinstance(first, model.Paragraph | model.Plain):
        blocks = (replace(first, children=(*first.children, *text)), *others)
    elif isinstance(first, model.Choices) and first.prompt:
        blocks = (replace(first, prompt=(*first.prompt, *text)), *others)
    elif isinstance(node, Exercise):
        return replace(node, title=text[1:])
    else:
        blocks = (model.Paragraph(children=text[1:]), *node.children)
    return replace(node, children=blocks)
