"""From a document to the Markdown that makes it: the inverse of the parser.

Equivalent notations are written in a single way. `blocks` and `text` have a function for each node
of the model that no feature has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from pipeline.commands.writer.blocks import BLOCKS
from pipeline.commands.writer.text import Notes, UnwritableError, Writer
from pipeline.model import (
    INLINE_NOTE,
    NO_ATTRIBUTES,
    Abbreviation,
    Block,
    Document,
    LineBreak,
    Note,
    NoteReference,
    SoftBreak,
    TableCell,
    Text,
)
from pipeline.model.metadata import Metadata
from pipeline.model.tree import TEACHER, all_nodes, walk
from pipeline.parser.frontmatter import derive_identifier, front_matter

__all__ = ["UnwritableError", "bare", "same", "write", "write_blocks"]


def write(document: Document) -> str:
    """The source of a document as `parse` gives it.

    Raises `UnwritableError` for a node that no source makes.
    """
    metadata = document.metadata
    bare: Metadata = replace(metadata, identifier=None)
    if metadata.identifier == derive_identifier(bare):
        metadata = bare
    front = front_matter(metadata)
    body = write_blocks(document.blocks, document.notes)
    return f"{front}\n{body}" if front and body else front or body


def write_blocks(
    blocks: Iterable[Block], notes: Iterable[Note] = (), links: Mapping[tuple[str, str], str] = {}
) -> str:
    """Blocks, and after them the notes that they refer to by labels. ``links`` are the labels
    under which addresses are defined elsewhere, by address and title."""
    blocks, notes = tuple(blocks), tuple(notes)
    defined = _definitions(blocks, notes)
    context = Notes({note.label: note for note in notes}, links, frozenset(defined))
    writer = Writer(BLOCKS, context)
    parts = [writer.blocks(blocks)] if blocks else []
    parts += (writer.block(note) for note in notes if not note.label.startswith(INLINE_NOTE))
    for attributes, names in itertools.groupby(defined, lambda name: defined[name].attributes):
        lines = (f"*[{name}]: {defined[name].title}" for name in names)
        definitions = "\n".join(lines)
        if attributes != NO_ATTRIBUTES:  # an answer that holds nothing else is left out
            definitions = f"::: answer\n{definitions}\n:::"
        parts.append(definitions)
    return "\n\n".join(parts) + "\n" if parts else ""


def _definitions(blocks: tuple[Block, ...], notes: tuple[Note, ...]) -> dict[str, Abbreviation]:
    """The abbreviations that a definition can explain: those that never occur as plain text, and
    are in all editions or only in teachers'."""
    nodes = list(walk((*blocks, *notes)))
    abbreviations: dict[str, Abbreviation] = {}
    for node in nodes:
        if isinstance(node, Abbreviation) and not node.attributes.pairs:
            abbreviations.setdefault(node.text, node)
    if not abbreviations:
        return {}
    names = "|".join(sorted(map(re.escape, abbreviations), key=len, reverse=True))
    texts = "\n".join(node.text for node in nodes if isinstance(node, Text))
    used = set(re.findall(rf"(?<!\w)(?:{names})(?!\w)", texts))
    return {
        text: node
        for text, node in abbreviations.items()
        if text not in used
        and "\n" not in node.title
        and "]" not in text
        and (node.attributes == NO_ATTRIBUTES or node.attributes.classes == (TEACHER,))
    }


# --- comparing -------------------------------------------------------------------------------
# Compares the content of documents, regardless of source positions.

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
