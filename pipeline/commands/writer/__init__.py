"""From a document to the Markdown that makes it: the inverse of the parser.

Equivalent notations are written in a single way. `blocks` and `text` have a function for
each node of the model that no feature has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from pipeline.commands.writer.blocks import BLOCKS
from pipeline.commands.writer.text import Notes, UnwritableError, Writer
from pipeline.model import INLINE_NOTE, NO_ATTRIBUTES, Abbreviation, Block, Document, Note, Text
from pipeline.model.metadata import Metadata
from pipeline.model.tree import TEACHER, walk
from pipeline.parser.frontmatter import derive_identifier, front_matter

__all__ = ["UnwritableError", "write", "write_blocks"]


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
