"""Which part of a document goes on which page of an e-book."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.model import Block, Document, Note, NoteReference, Section
from pipeline.render.nodes import note_id, reference_id
from pipeline.tree import walk


class Chapter(msgspec.Struct, frozen=True):
    """A page to be: ``section`` is None for what stands before the first section."""

    name: str
    section: Section | None
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
    ids: tuple[str, ...]


def chapters(document: Document) -> tuple[Chapter, ...]:
    """One chapter for each top-level section, in reading order, with the notes that are
    first referred to in it. The sections of a part are chapters of their own, after the
    part's heading and what stands under it."""
    notes = {note.number: note for note in document.notes}
    groups: list[tuple[Section | None, tuple[Block, ...]]] = []
    before = tuple(block for block in document.blocks if not isinstance(block, Section))
    if before:
        groups.append((None, before))
    for block in document.blocks:
        if isinstance(block, Section):
            groups += [(section, (section,)) for section in _pages_of(block)]
    digits = max(2, len(str(len(groups))))
    found = []
    for number, (section, blocks) in enumerate(groups, start=0 if before else 1):
        mine = tuple(notes.pop(n) for n in _first_references(blocks, notes))
        name = f"chapter-{number:0{digits}}.xhtml" if section else "opening.xhtml"
        found.append(Chapter(name, section, blocks, mine, tuple(_ids(blocks, mine))))
    return tuple(found)


def _pages_of(section: Section) -> Iterator[Section]:
    """The sections that a top-level one is split into: itself, but for a part."""
    below = tuple(block for block in section.children if isinstance(block, Section))
    if section.role != "part" or not below:
        yield section
        return
    opening = tuple(block for block in section.children if not isinstance(block, Section))
    yield msgspec.structs.replace(section, children=opening)
    yield from below


def _first_references(blocks: tuple[Block, ...], notes: dict[int, Note]) -> list[int]:
    """The numbers of the notes in ``notes`` that ``blocks``, or a note of theirs, refer to."""
    queue: list[tuple[Block, ...]] = [blocks]
    numbers: dict[int, None] = {}
    for group in queue:
        for node in walk(group):
            if isinstance(node, NoteReference) and node.number in notes:
                if node.number not in numbers:
                    queue.append(notes[node.number].children)
                numbers[node.number] = None
    return sorted(numbers)


def _ids(blocks: tuple[Block, ...], notes: tuple[Note, ...]) -> Iterator[str]:
    for group in (blocks, *(note.children for note in notes)):
        for node in walk(group):
            if node.attributes.id:
                yield node.attributes.id
            if isinstance(node, NoteReference):
                yield reference_id(node.number, node.occurrence)
    yield from (note_id(note.number) for note in notes)
