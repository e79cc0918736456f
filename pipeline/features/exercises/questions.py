"""The questions of exercises: items of their ordered lists, such as 3b or 3b.ii."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, List, ListItem, Node
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import find, has
from pipeline.model.words.writing_conventions import list_number


class _Around(NamedTuple):
    """The exercise or question around a node, by name and id, and the list's remaining numbers."""

    label: str = ""
    id: str = ""
    numbers: Iterator[str] | None = None


def number_questions(document: Document) -> Document:
    """The document with the labels of its questions. One that has no id, but is referred to by
    that of its exercise with the letters after it (`ex-well-b`, `ex-3b`), gets that."""
    if not has(document, model.Exercise):
        return document
    nodes = [node for _, node, _ in find(document, model.CrossReference, model.Link, marked=True)]
    wanted = {node.target for node in nodes if isinstance(node, model.CrossReference)}
    wanted |= {node.href[1:] for node in nodes if isinstance(node, model.Link)}
    wanted -= {node.attributes.id for node in nodes}

    def enter(node: ListItem, around: _Around) -> ListItem:
        if not around.label:
            return node
        if around.id in wanted:
            wanted.remove(around.id)
            node = replace(node, attributes=replace(node.attributes, id=around.id))
        return replace(node, label=around.label)

    return rewrite_document(document, enter={ListItem: enter}, context=(_Around(), _inherit))


def _inherit(node: Node, above: _Around) -> _Around:
    match node:
        case model.Exercise():
            return _Around(str(node.number or ""), node.attributes.id)
        case List(ordered=True) if above.label:
            numbers = (list_number(number, node.style) for number in itertools.count(node.start))
            return above._replace(numbers=numbers)
        case ListItem() if above.numbers:
            number = next(above.numbers)
            label = _joined(above.label, ".", number)
            derived = _joined(above.id, "-", number) if above.id else ""
            return _Around(label, node.attributes.id or derived)
        case List():
            return above._replace(numbers=None)
    return above


def _joined(before: str, mark: str, number: str) -> str:
    """A number appended to the one before, without a separator if a letter follows a digit."""
    is_clear = before[-1:].isdigit() and len(number) == 1 and number.isalpha()
    return f"{before}{number}" if is_clear else f"{before}{mark}{number}"
