"""The answers in a source: those in tasks, which pupils get without them, and what a key must have
of each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Document, Node, Withheld, removal
from pipeline.model.audience import Ranges
from pipeline.model.diagnostics import Span
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import (
    ANSWER,
    answer_text,
    facts,
    find,
    is_word_bank,
    plain_text,
    top_level,
    walk,
    walk_with,
)
from pipeline.parser import wordings
from pipeline.parser.secrets import is_answer

_CONDITIONS = Attributes(classes=(ANSWER,))

_READ = (model.Text, model.Code, model.CodeBlock, model.Abbreviation)
_FORMULAS = (model.Math, model.MathBlock)
_SOLVED = (model.Choice, model.Matching, model.Ordering)


def solutions(document: Document) -> Iterator[Withheld]:
    """The answers in nodes that all editions get."""
    for _, node, span in find(document, model.Blank, *_FORMULAS, marked=True):
        texts = [value for key, value in node.attributes.pairs if is_answer(key)]
        for text in (*texts, *_in_gaps(node)):
            yield Withheld(span or Span(0), 0, _CONDITIONS, text, "solution")


def in_front_matter(lines: Iterable[str]) -> Iterator[Withheld]:
    """The answers in the lines of front matter, which no edition gets."""
    for number, line in enumerate(lines, start=1):
        for node in wordings.read(line):
            text = answer_text(node.answer) if isinstance(node, model.Blank) else ""
            if isinstance(node, model.InlineElement):
                text = plain_text(node.children)
            if text:
                place = Span(number, line.find(text) + 1)
                yield Withheld(place, 0, _CONDITIONS, text, "solution")


def answers(document: Document, ranges: Sequence[Withheld]) -> Iterator[Withheld]:
    """The answers in tasks, and the text of answers. Text is line by line what a key says of a
    place; what it says of a right choice, for example, is its own affair."""
    called = {node.label for _, node, _ in find(document, model.NoteReference)}
    notes = tuple(note for note in document.notes if note.label in called)
    document = replace(document, notes=notes)
    for _, node, span in find(document, model.Blank, *_FORMULAS):
        for text in _in_gaps(node):
            yield _answer(span, text)
    for _, node, span in find(document, *_SOLVED):
        if not isinstance(node, model.Choice) or node.correct:
            yield _answer(span)
    for _, exercise, _ in find(document, model.Exercise):
        inner = walk(exercise) if model.Table in facts(exercise).kinds else ()
        for table in (node for node in inner if isinstance(node, model.Table)):
            for item in walk(table):
                if isinstance(item, model.ListItem) and item.checked:
                    yield _answer(item.span)
    yield from _texts(document, ranges)


def _texts(document: Document, ranges: Sequence[Withheld]) -> Iterator[Withheld]:
    """The text of answers; that of a heading goes on to the end of its section."""
    marked = [node for _, node, _ in find(document, model.Answer, marked=True) if _is_answer(node)]
    if not marked:
        return
    begins = {node.span for node in marked if isinstance(node, model.Heading)}
    starts = {(span.file, span.line, span.column) for span in begins if span}
    sections = Ranges(
        each for each in ranges if (each.span.file, each.span.line, each.span.column) in starts
    )

    def inherit(node: Node, around: _Around) -> _Around:
        span = node.span or around.span
        is_left_out = around.is_left_out or isinstance(node, model.Wording) or is_word_bank(node)
        return _Around(
            span, is_left_out, around.has_answer or _is_answer(node) or sections.hold(node.span)
        )

    texts: dict[Span, list[str]] = {}
    tops = (
        node
        for node in top_level(document)
        if sections.hold(node.span) or facts(node).is_marked or model.Answer in facts(node).kinds
    )
    for node, around in walk_with(tops, _Around(), inherit):
        span, is_left_out, has_answer = around
        if span and has_answer and not is_left_out and isinstance(node, (*_READ, *_FORMULAS)):
            text = node.tex if isinstance(node, _FORMULAS) else node.text
            texts.setdefault(span, []).append(text)
    for span, lines in texts.items():
        yield _answer(span, "\n".join(lines))


class _Around(NamedTuple):
    """The place of a node, whether it is in a string or a word bank, and whether in an answer."""

    span: Span | None = None
    is_left_out: bool = False
    has_answer: bool = False


def _is_answer(node: Node) -> bool:
    return isinstance(node, model.Answer) or ANSWER in node.attributes.classes


def _answer(span: Span | None, text: str = "") -> Withheld:
    return Withheld(span or Span(0), 0, _CONDITIONS, text, "answer")


def _in_gaps(node: Node) -> Iterator[str]:
    """The answers in the gaps of a node."""
    if isinstance(node, model.Blank) and node.answer:
        yield answer_text(node.answer)
    elif isinstance(node, _FORMULAS):
        yield from filter(None, (gap.answer for gap in removal.gaps(node.tex)))


def without_answers(document: Document) -> Document:
    """The document without attributes that are named like an answer."""
    kinds = {
        type(node)
        for _, node, _ in find(document, marked=True)
        if any(is_answer(key) for key, _ in node.attributes.pairs)
    }

    def leave(node: Node) -> Node:
        keys = {key for key, _ in node.attributes.pairs if is_answer(key)}
        return replace(node, attributes=node.attributes.without(keys)) if keys else node

    return rewrite_document(document, leave=dict.fromkeys(kinds, leave)) if kinds else document
