"""Compares the content of documents, regardless of source positions."""

from __future__ import annotations

import msgspec

from pipeline.model import (
    INLINE_NOTE,
    Document,
    LineBreak,
    NoteReference,
    SoftBreak,
    TableCell,
    Text,
)
from pipeline.model.tree import all_nodes

_PLACES = frozenset({"span", "line", "column", "marks", "margin"})
"""Fields with positions: those of nodes, of values in the front matter, and offsets in formulas."""

Bare = tuple[object, ...]


def same(first: Document, second: Document) -> bool:
    """Return whether two documents have the same content. Positions do not count, nor does what no
    reader gets: line breaks at the end of a text, unused inline notes."""
    return bare(first) == bare(second)


def bare(document: Document) -> Bare:
    """The content of a document, for comparison."""
    referred = {n.label for n in all_nodes(document) if isinstance(n, NoteReference)}
    notes = [
        note
        for note in document.notes
        if note.label in referred or not note.label.startswith(INLINE_NOTE)
    ]
    notes.sort(key=lambda note: note.label)
    return tuple(_bare(part, False) for part in (document.metadata, document.blocks, tuple(notes)))


def _bare(value: object, in_cell: bool) -> object:
    """A value without places; texts that follow each other are one, and so are line ends, which
    are spaces in a cell."""
    if isinstance(value, tuple):
        return _bare_items(value, in_cell)
    if not isinstance(value, msgspec.Struct):
        return value
    in_cell = in_cell or isinstance(value, TableCell)
    fields = (
        (name, _bare(getattr(value, name), in_cell))
        for name in value.__struct_fields__
        if name not in _PLACES
    )
    return (type(value), *fields)


def _bare_items(items: tuple[object, ...], in_cell: bool) -> object:
    bare: list[object] = []
    last: object = None
    for item in items:
        if isinstance(item, SoftBreak) and in_cell:
            item = Text(text=" ")
        if isinstance(item, SoftBreak) and (not bare or isinstance(last, SoftBreak | LineBreak)):
            continue
        if isinstance(item, Text) and isinstance(last, Text):
            item = Text(text=last.text + item.text)
            bare.pop()
        last = item
        bare.append(_bare(item, in_cell))
    while isinstance(last, SoftBreak | LineBreak) and bare:
        bare.pop()
        last = None
        if bare and isinstance(bare[-1], tuple) and bare[-1][0] in (SoftBreak, LineBreak):
            last = SoftBreak()
    return tuple(bare)
