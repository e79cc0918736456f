"""Divides a resolved document into handouts, one for each section of a level.

Numbered elements keep their numbers from the whole, so that everyone can refer to the same table 3;
only notes and addresses are numbered again. References to other parts become words that say where
to look, and each part has the works and terms that it mentions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Node
from pipeline.model.metadata import ContentsOptions, Metadata
from pipeline.model.names import short_slug
from pipeline.model.rewriting import rewrite, rewrite_document
from pipeline.model.tree import MINUTES, all_nodes, plain_text, walk
from pipeline.resolve.contents import list_contents
from pipeline.resolve.division.elsewhere import PartPlaces, without_dead_ends
from pipeline.resolve.division.lists import Lists
from pipeline.resolve.notes import number_notes
from pipeline.resolve.parts import DocumentPart, is_list, parts


class Handout(NamedTuple):
    """A part of a publication, and a name for its file, which may be empty."""

    name: str
    document: Document


def divide(document: Document, level: int) -> tuple[Handout, ...]:
    """The parts of a resolved document, each a document with the title of its section, and with the
    titles of the surrounding ones in `Metadata.part_of`.

    Parts have no table of contents, lists of figures or index, and no findings, because these
    belong to the whole.
    """
    found = tuple(parts(document.blocks, level))
    places, lists = PartPlaces(document, found), Lists(document)
    return tuple(
        Handout(
            short_slug(plain_text(part.title) or document.metadata.title),
            _part(document, part, places, lists),
        )
        for part in found
    )


def _part(document: Document, part: DocumentPart, places: PartPlaces, lists: Lists) -> Document:
    blocks = _raised(_trimmed(part.blocks), part.section.depth if part.section else 0)
    blocks = rewrite(
        blocks, enter={model.Section: _unless_list, model.Index: _none, model.Bibliography: _none}
    )
    blocks = (*blocks, *lists.terms(blocks, notes_of(document, blocks)))
    notes = notes_of(document, blocks)
    blocks = (*blocks, *lists.works(blocks, notes))
    made = replace(
        document,
        metadata=_metadata(document.metadata, part),
        blocks=blocks,
        notes=notes,
        diagnostics=(),
        lists=(),
        minutes=_minutes(part),
    )
    made = with_own_addresses(without_dead_ends(made, part, places))
    return replace(list_contents(number_notes(made)), diagnostics=())


def _none(node: Node) -> tuple[Node, ...]:
    return ()


def _unless_list(section: model.Section) -> model.Section | tuple[Node, ...]:
    return () if is_list(section) else section


def _metadata(metadata: Metadata, part: DocumentPart) -> Metadata:
    titles = [metadata.title, *(_title(section) for section in part.above)]
    own = _title(part.section) if part.section else metadata.title
    return replace(
        metadata,
        title=own,
        subtitle="",
        description="",
        abstract="",
        identifier=None,
        cover=None,
        part_of=tuple(titles if part.section else ()),
        contents=ContentsOptions("never", metadata.contents.depth, metadata.contents.questions),
    )


def _minutes(part: DocumentPart) -> int:
    """The time stated for a whole section."""
    whole = part.section and part.blocks == part.section.children
    return int(part.section.attributes.get(MINUTES, "0")) if part.section and whole else 0


def _title(section: model.Section) -> str:
    return f"{section.number} {plain_text(section.title).strip()}".strip()


def _trimmed(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without page breaks before and after them."""
    kept = list(blocks)
    while kept and isinstance(kept[-1], model.PageBreak):
        kept.pop()
    while kept and isinstance(kept[0], model.PageBreak):
        kept.pop(0)
    return tuple(kept)


def _raised(blocks: tuple[Block, ...], depth: int) -> tuple[Block, ...]:
    """The blocks of a section at that depth, with headings below the title."""
    if not depth:
        return blocks
    return rewrite(
        blocks,
        enter={
            model.Section: lambda node: replace(node, depth=node.depth - depth),
            model.Heading: lambda node: replace(node, level=max(1, node.level - depth)),
        },
    )


def with_own_addresses(document: Document) -> Document:
    """The document with the addresses that its links lead to, counted from 1."""
    used = {node.number for node in all_nodes(document) if isinstance(node, model.Link)}
    kept = [a for a in document.addresses if a.number in used or a.note]
    numbers = {address.number: new for new, address in enumerate(kept, start=1)}
    if not kept or all(old == new for old, new in numbers.items()):
        return replace(document, addresses=tuple(kept))
    changed = rewrite_document(
        document, leave={model.Link: lambda node: replace(node, number=numbers.get(node.number, 0))}
    )
    addresses = tuple(replace(address, number=numbers[address.number]) for address in kept)
    return replace(changed, addresses=addresses)


def notes_of(document: Document, blocks: Iterable[Node]) -> tuple[model.Note, ...]:
    """The notes that the blocks refer to, directly or through other notes."""
    by_label = {note.label: note for note in document.notes}
    found: dict[str, model.Note] = {}
    new: list[Node] = list(blocks)
    while new:
        labels = dict.fromkeys(n.label for n in walk(new) if isinstance(n, model.NoteReference))
        fresh = [by_label[label] for label in labels if label in by_label and label not in found]
        found.update((note.label, note) for note in fresh)
        new = list(fresh)
    return tuple(found.values())
