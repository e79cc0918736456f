"""Strings that differ between editions: titles, attributes, file names, and the front matter. Spans
``[text]{.answer}`` and blanks in them are parsed as in text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Inline, Node
from pipeline.model.removal import for_all, is_selected
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import CONDITIONS, find, plain_text, walk
from pipeline.parser import attributes
from pipeline.parser.blanks import blank

STRINGS: dict[type[Node], tuple[str, ...]] = {
    model.Image: ("alt", "title"),
    model.Link: ("title",),
    model.Abbreviation: ("title",),
    model.CodeBlock: ("file_name",),
    model.Chart: ("x", "y", "unit"),
}
"""The fields with text for readers, in addition to attributes."""

DEEPEST = 20
"""Nested spans that are processed separately."""

_MARK = re.compile(r"\[|\]|(?<!_)(_{3,})\{((?:[^{}\\]|\\.)*)(?:\}|\Z)")


def read(text: str) -> tuple[Inline, ...]:
    """The inlines of a string that differs between editions, or none. Other markup is text."""
    if "{" not in text:
        return ()
    found: list[Inline] = []
    opened: list[int] = []
    is_partial = False
    pos = 0

    def take(end: int) -> None:
        if end > pos:
            found.append(model.Text(text=text[pos:end]))

    while mark := _MARK.search(text, pos):
        if mark[1]:
            take(mark.start())
            found.append(blank(len(mark[1]), (mark[2],) if mark[2] else ()))
            is_partial, pos = True, mark.end()
        elif mark[0] == "[":
            take(mark.start())
            opened.append(len(found))
            found.append(model.Text(text="["))
            pos = mark.end()
        else:
            take(mark.start())
            pos = mark.end()
            listed = attributes.read(text, pos) if opened else None
            first = opened.pop() if opened else 0
            if listed is None or not is_selected(model.Text(text="", attributes=listed[0])):
                found.append(model.Text(text="]"))
                continue
            inner = tuple(found[first + 1 :])
            if len(opened) > DEEPEST:
                inner = for_all(inner)
            found[first:] = [model.InlineElement(name="span", children=inner, attributes=listed[0])]
            is_partial, pos = True, listed[1]
    take(len(text))
    return tuple(found) if is_partial else ()


def of_field(name: str, inlines: tuple[Inline, ...]) -> tuple[model.Wording, ...]:
    """The wording of a field, if it differs between editions."""
    if not any(is_selected(node) for node in walk(inlines)):
        return ()
    return (model.Wording(name=name, children=inlines),)


def public(text: str) -> str:
    """The string common to all editions."""
    inlines = read(text)
    return plain_text(for_all(inlines)) if inlines else text


def word(document: Document) -> Document:
    """The document with a wording for each of its strings that needs one."""
    nodes = (node for _, node, _ in find(document, *STRINGS, marked=True))
    kinds = {type(node) for node in nodes if any(True for _ in _partial(node))}
    return rewrite_document(document, leave=dict.fromkeys(kinds, _worded)) if kinds else document


def _partial(node: Node) -> Iterator[model.Wording]:
    known = {wording.name for wording in node.wordings if not wording.is_pair}
    for name in STRINGS.get(type(node), ()):
        if name not in known and (inlines := read(getattr(node, name))):
            yield model.Wording(name=name, children=inlines)
    for key, value in node.attributes.pairs:
        if key not in CONDITIONS and (inlines := read(value)):
            yield model.Wording(name=key, children=inlines, is_pair=True)


def _worded(node: Node) -> Node:
    found = tuple(_partial(node))
    if not found:
        return node
    pairs = {w.name: plain_text(for_all(w.children)) for w in found if w.is_pair}
    own = tuple((key, pairs.get(key, value)) for key, value in node.attributes.pairs)
    return replace(
        node,
        attributes=replace(node.attributes, pairs=own),
        wordings=(*node.wordings, *found),
        **{w.name: plain_text(for_all(w.children)) for w in found if not w.is_pair},
    )
