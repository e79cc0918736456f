"""The answers in tasks, which all editions get, pupils' without them; and attributes that are named
like an answer, which none gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Attributes, Document, Node, Withheld
from pipeline.model.diagnostics import Span
from pipeline.model.strings import STRINGS, in_gaps
from pipeline.model.tree import ANSWER, answer_text, find, plain_text, rewrite_document
from pipeline.parser.partial_strings import read

_CONDITIONS = Attributes(classes=(ANSWER,))


def solutions(document: Document) -> Iterator[Withheld]:
    """The answers in nodes that all editions get."""
    for _, node, span in find(document, model.Blank, *FORMULAS, *STRINGS, marked=True):
        texts = [value for key, value in node.attributes.pairs if key == ANSWER]
        for text in (*texts, *in_gaps(node)):
            yield Withheld(span or Span(0), 0, _CONDITIONS, text, "solution")


def in_front_matter(lines: Iterable[str]) -> Iterator[Withheld]:
    """The answers in the lines of front matter, which no edition gets."""
    for number, line in enumerate(lines, start=1):
        for node in read(line):
            text = answer_text(node.answer) if isinstance(node, model.Blank) else ""
            if isinstance(node, model.InlineElement):
                text = plain_text(node.children)
            if text:
                place = Span(number, line.find(text) + 1)
                yield Withheld(place, 0, _CONDITIONS, text, "solution")


def without_answers(document: Document) -> Document:
    """The document without attributes that are named like an answer."""

    def has_any(node: Node) -> bool:
        return any(key == ANSWER for key, _ in node.attributes.pairs)

    def leave(node: Node) -> Node:
        attributes = node.attributes.without({ANSWER})
        return replace(node, attributes=attributes) if has_any(node) else node

    kinds = {type(node) for _, node, _ in find(document, marked=True) if has_any(node)}
    return rewrite_document(document, leave=dict.fromkeys(kinds, leave)) if kinds else document
