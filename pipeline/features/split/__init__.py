"""Divides a resolved document into handouts, one for each section of a level.

Numbered elements keep their numbers from the whole, so that everyone can refer to the same table 3;
only notes and addresses are numbered again. References to other parts become words that say where
to look, and each part has the works and terms that it mentions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, Inline, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import Edition
from pipeline.model.metadata import ContentsOptions, Metadata
from pipeline.model.names import short_slug
from pipeline.model.tree import (
    ANSWER,
    Changes,
    all_nodes,
    minutes_of,
    plain_text,
    rewrite,
    rewrite_document,
    walk,
)
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import writing
from pipeline.resolve.contents import list_contents
from pipeline.resolve.notes import number_notes
from pipeline.resolve.sections import DocumentPart, is_list, parts


class Handout(NamedTuple):
    """A part of a publication: its file, the titles of the sections around it with its own, and the
    document."""

    file: str
    section: tuple[str, ...]
    document: Document


def divide(
    document: Document, level: int, stem: str, edition: Edition
) -> tuple[tuple[Handout, ...], tuple[Diagnostic, ...]]:
    """The parts of a resolved document, each a document with the title of its section, and with the
    titles of the surrounding ones in `Metadata.part_of`; and a finding if they are fewer than two.

    Parts have no table of contents, lists of figures or index, and no findings, because these
    belong to the whole.
    """
    divided = tuple(parts(document.blocks, level))
    places, lists = _PartPlaces(document, divided), _Lists(document)
    handouts = []
    for number, part in enumerate(divided, start=1):
        of_part = _part(document, part, places, lists)
        name = short_slug(plain_text(part.title) or document.metadata.title)
        file = _part_name(stem, edition, number, len(divided), name)
        section = (*of_part.metadata.part_of, of_part.metadata.title)
        handouts.append(Handout(file, section, of_part))
    if len(handouts) > 1:
        return tuple(handouts), ()
    message = f"There are fewer than two sections of level {level} to split into handouts."
    return tuple(handouts), (diagnostic(Code.NOT_DIVIDED, message, source=document.source),)


def _part_name(stem: str, edition: Edition, number: int, count: int, title: str) -> str:
    """The file of one of ``count`` parts, ``x-handout/x-handout-01-the-well.pdf``; ``title``
    consists of letters, digits and hyphens, or is empty."""
    folder = f"{stem}-{edition.name}{edition.variation}"
    digits = max(2, len(str(count)))
    name = "-".join(filter(None, (folder, f"{number:0{digits}}", title)))
    return f"{folder}/{name}.{edition.format}"


def _part(document: Document, part: DocumentPart, places: _PartPlaces, lists: _Lists) -> Document:
    blocks = _raise_headings(_trim(part.blocks), part.section.depth if part.section else 0)
    leave_out: Changes = {
        model.Section: lambda section: () if is_list(section) else section,
        model.Index: lambda _: (),
        model.Bibliography: lambda _: (),
    }
    blocks = rewrite(blocks, enter=leave_out)
    is_whole = part.section is not None and part.blocks == part.section.children
    if part.section and any(
        ANSWER in section.attributes.classes for section in (part.section, *part.above)
    ):
        blocks = tuple(map(_as_answer, blocks))
    blocks = (*blocks, *lists.terms(blocks, _notes_of(document, blocks)))
    notes = _notes_of(document, blocks)
    blocks = (*blocks, *lists.works(blocks, notes))
    part_document = replace(
        document,
        metadata=_metadata(document.metadata, part),
        blocks=blocks,
        notes=notes,
        diagnostics=(),
        lists=(),
        minutes=minutes_of(part.section) if part.section and is_whole else 0,
    )
    part_document = _with_own_addresses(_without_dead_ends(part_document, part, places))
    return replace(list_contents(number_notes(part_document)), diagnostics=())


def _metadata(metadata: Metadata, part: DocumentPart) -> Metadata:
    titles = [metadata.title, *(_title(section) for section in part.above)]
    title = _title(part.section) if part.section else metadata.title
    return replace(
        metadata,
        title=title,
        subtitle="",
        description="",
        abstract="",
        identifier=None,
        cover=None,
        part_of=tuple(titles if part.section else ()),
        contents=ContentsOptions("never", metadata.contents.depth, metadata.contents.questions),
    )


def _as_answer(block: Block) -> Block:
    """A block of a section that is an answer as a whole."""
    classes = dict.fromkeys((*block.attributes.classes, ANSWER))
    return replace(block, attributes=replace(block.attributes, classes=tuple(classes)))


def _title(section: model.Section) -> str:
    return f"{section.number} {plain_text(section.title).strip()}".strip()


def _trim(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without page breaks before and after them."""
    kept = list(blocks)
    while kept and isinstance(kept[-1], model.PageBreak):
        kept.pop()
    while kept and isinstance(kept[0], model.PageBreak):
        kept.pop(0)
    return tuple(kept)


def _raise_headings(blocks: tuple[Block, ...], depth: int) -> tuple[Block, ...]:
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


def _with_own_addresses(document: Document) -> Document:
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


def _notes_of(document: Document, blocks: Iterable[Node]) -> tuple[model.Note, ...]:
    """The notes that the blocks refer to, directly or through other notes."""
    by_label = {note.label: note for note in document.notes}
    notes: dict[str, model.Note] = {}
    new: list[Node] = list(blocks)
    while new:
        labels = dict.fromkeys(n.label for n in walk(new) if isinstance(n, model.NoteReference))
        fresh = [by_label[label] for label in labels if label in by_label and label not in notes]
        notes.update((note.label, note) for note in fresh)
        new = list(fresh)
    return tuple(notes.values())


# --- references to other parts ---------------------------------------------------------------


class _PartPlaces:
    """The part that contains each id, and the ids without a fixed position: those of terms and
    works, which are listed wherever they are needed."""

    def __init__(self, document: Document, parts: Sequence[DocumentPart]) -> None:
        self.titles: dict[str, str] = {}
        self.sections: set[str] = set()
        for part in parts:
            title = plain_text(part.title).strip() or document.metadata.title
            for node in walk(part.blocks):
                if node.attributes.id:
                    self.titles[node.attributes.id] = title
            if part.section:
                self.titles[part.section.attributes.id] = title
                self.sections.add(part.section.attributes.id)
        self.listed = {name for node in all_nodes(document) for name in _listed_ids(node)}


def _listed_ids(node: Node) -> tuple[str, ...]:
    if isinstance(node, model.BibliographyEntry):
        return (node.attributes.id,)
    return _ids(node) if isinstance(node, model.DefinitionItem) else ()


def _without_dead_ends(document: Document, part: DocumentPart, places: _PartPlaces) -> Document:
    """A part whose references and links to other parts say where these are."""
    here = {node.attributes.id for node in all_nodes(document)}
    vocabulary = words(document.metadata.lang)
    opening, closing = writing(document.metadata.lang).double
    section_id = part.section.attributes.id if part.section else ""

    def quote_target(target: str) -> str:
        title = places.titles.get(target, "")
        return f"{opening}{title}{closing}" if title else ""

    def refer(node: model.CrossReference) -> Node:
        if node.target in here:
            return node
        place, text = quote_target(node.target), node.text
        if node.target == section_id or not place or place in text:
            return model.Text(text=text, span=node.span)
        form = "reference_titled" if node.target in places.sections else "reference_elsewhere"
        return model.Text(text=vocabulary[form].format(reference=text, title=place), span=node.span)

    def link(node: model.Link) -> Node | tuple[Inline, ...]:
        target = node.href[1:]
        if not node.href.startswith("#") or target in here:
            return node
        place = quote_target(target)
        if target == section_id or target in places.listed or not place:
            return node.children
        if places.titles[target].casefold() in plain_text(node.children).casefold():
            return node.children
        after = vocabulary["reference_titled"].format(reference="", title=place)
        return (*node.children, model.Text(text=after, span=node.span))

    return rewrite_document(document, leave={model.CrossReference: refer, model.Link: link})


# --- the terms and works of a part -----------------------------------------------------------

_TERMS = "terms"
"""The class of the definition lists of glossaries."""


class _Lists:
    """The glossary and the bibliography of a document, from which needed entries are taken."""

    def __init__(self, document: Document) -> None:
        vocabulary = words(document.metadata.lang)
        self._entries: dict[str, model.BibliographyEntry] = {}
        self._items: dict[str, model.DefinitionItem] = {}
        self._glossary = model.Section(
            depth=1, title=(model.Text(text=vocabulary["glossary"]),), children=(), role="glossary"
        )
        self._bibliography = model.Section(
            depth=1,
            title=(model.Text(text=vocabulary["bibliography"]),),
            children=(model.Bibliography(),),
            role="bibliography",
        )
        for node in all_nodes(document):
            match node:
                case model.Section(role="glossary"):
                    self._glossary = replace(
                        self._glossary, title=node.title, attributes=node.attributes
                    )
                case model.Section(role="bibliography") if _holds_works(node):
                    self._bibliography = replace(node, depth=1, number="")
                case model.Bibliography():
                    self._entries.update((entry.key, entry) for entry in node.entries)
                case model.DefinitionList() if _TERMS in node.attributes.classes:
                    self._items.update(
                        (identifier, item) for item in node.items for identifier in _ids(item)
                    )

    def terms(
        self, blocks: Iterable[Node], notes: Iterable[model.Note]
    ) -> tuple[model.Section, ...]:
        """A section with the terms used in blocks and notes; none if they are defined there."""
        nodes = list(walk((*blocks, *notes)))
        there = {node.attributes.id for node in nodes}
        used = {node.href[1:] for node in nodes if isinstance(node, model.Link)} - there
        items = tuple(
            dict.fromkeys(item for identifier, item in self._items.items() if identifier in used)
        )
        if not items:
            return ()
        listing = model.DefinitionList(items=items, attributes=Attributes(classes=(_TERMS,)))
        name = self._glossary.attributes.id
        attributes = Attributes(id=name if name not in there else "")
        return (replace(self._glossary, attributes=attributes, children=(listing,)),)

    def works(
        self, blocks: Iterable[Node], notes: Iterable[model.Note]
    ) -> tuple[model.Section, ...]:
        """The works that are cited in the blocks and notes, as a section."""
        cited = {
            item.key
            for node in walk((*blocks, *notes))
            if isinstance(node, model.Citation)
            for item in node.items
        }
        entries = tuple(entry for key, entry in self._entries.items() if key in cited)
        if not entries:
            return ()
        return rewrite(
            (self._bibliography,),
            leave={model.Bibliography: lambda node: replace(node, entries=entries)},
        )


def _holds_works(section: model.Section) -> bool:
    return any(isinstance(child, model.Bibliography) for child in section.children)


def _ids(item: model.DefinitionItem) -> tuple[str, ...]:
    return tuple(
        node.attributes.id
        for term in item.terms
        for node in term
        if isinstance(node, model.InlineElement) and node.attributes.id
    )
