"""Places in print: those of notes, and those of the source's text in the markup."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal, TypeAlias

from markupsafe import Markup, escape
from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Container, Dialogue, Document, Inline, Node, Section
from pipeline.model.late import late
from pipeline.model.page_map import PLACE, TEXT, PagePiece, leaves
from pipeline.model.tree import walk
from pipeline.model.words import words

# --- text places -----------------------------------------------------------------------------
# Records in the markup which piece of the source's text follows, so that the packager can tell
# where pages begin, and where blocks are in the source, for messages about printed pages.

NOTHING = Markup("")


class TextPlaces:
    """The `pieces` of text in a document, if there is one. A piece that occurs again, in the
    contents for example, is marked once. Nodes are identified by identity (`id`), and not by
    position: a template may show them in any order, and passes single nodes."""

    def __init__(self, document: Document | None = None) -> None:
        all_leaves = tuple(leaves(document)) if document else ()
        self.pieces: tuple[PagePiece, ...] = tuple(PagePiece(*leaf[1:4]) for leaf in all_leaves)
        self._numbers: dict[int, list[int]] = {}
        for number in reversed(range(len(all_leaves))):
            self._numbers.setdefault(id(all_leaves[number].node), []).append(number)

    def mark(self, node: Node) -> Markup:
        """The mark before the markup of ``node``."""
        numbers = self._numbers.get(id(node))
        return Markup(f"<?{TEXT} {numbers.pop()}?>") if numbers else NOTHING

    def fill(self, node: Node, parts: Sequence[str]) -> Markup | None:
        """The markup of ``node`` from the parts between its pieces; None if not all are its own."""
        if not self._numbers:
            return Markup(parts[0]) if len(parts) == 1 else None
        pieces = [inner for inner in walk(node) if id(inner) in self._numbers]
        counts = Counter(map(id, pieces))
        if len(pieces) + 1 != len(parts) or any(len(self._numbers[k]) < counts[k] for k in counts):
            return None
        marks = (f"<?{TEXT} {self._numbers[id(inner)].pop()}?>" for inner in pieces)
        between = itertools.chain.from_iterable(zip(marks, parts[1:], strict=True))
        return Markup("".join((parts[0], *between)))


HOLDERS = (Section, Dialogue, Container)
"""Nodes whose place is given by the blocks in them."""

TAG = late(r"(\s*<[a-z][a-z0-9]*)")


def with_place(node: Block | Inline, markup: Markup, document: Document) -> Markup:
    """The markup of a block of a document with its place in its first tag."""
    span = document.place(node.span)
    if not isinstance(node, Block) or isinstance(node, HOLDERS) or span is None:
        return markup
    place = escape(f"{span.file or document.source}:{span.line}")
    tag = TAG.match(markup)
    if tag is None:
        return markup
    return Markup(f'{tag[1]} {PLACE}="{place}"{markup[tag.end() :]}')


# --- note placement --------------------------------------------------------------------------
# The position of notes in print: at the foot of the page, in its margin, or at the end.

NotePlace: TypeAlias = Literal["foot", "margin", "end"]


class PrintedNotes:
    """The notes that a reference in the text brings with it. A note that only another note refers
    to is printed directly after that one, never in it: their numbers follow each other.
    """

    def __init__(self, notes: tuple[model.Note, ...], place: NotePlace = "foot") -> None:
        self.place = place
        self._notes = notes
        self._places = {note.number: place for place, note in enumerate(notes)}
        self._nested = frozenset(
            node.number
            for note in notes
            for node in walk(note.children)
            if isinstance(node, model.NoteReference) and node.occurrence == 1
        )

    def brought_by(self, reference: model.NoteReference) -> tuple[model.Note, ...]:
        """The notes at the position of ``reference``."""
        number = reference.number
        if self.place == "end" or reference.occurrence != 1 or number in self._nested:
            return ()
        place = self._places[number]  # an edition of the answers alone has but some notes
        nested = takewhile(lambda note: note.number in self._nested, self._notes[place + 1 :])
        return (self._notes[place], *nested)

    def classes(self, note: model.Note) -> str:
        """The classes of a note: narrow margins are unsuitable for lists, tables and pictures."""
        return "note margin" if self.place == "margin" and is_plain(note) else "note"


def is_plain(note: model.Note) -> bool:
    """Return whether a note is nothing but paragraphs of text."""
    return all(isinstance(block, model.Paragraph) for block in note.children) and not any(
        isinstance(node, model.Image) or (isinstance(node, model.Math) and node.display)
        for node in walk(note.children)
    )


AFTER_NOTES = frozenset(
    "bibliography colophon contributors copyright-page credits errata glossary index".split()
)
"""The roles of back-matter parts that follow the notes."""

NOTES = "notes"
"""The id of the notes, if they are a part of their own."""


def part_at_notes(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The parts before the endnotes, and those after."""
    end = len(blocks)
    while end and isinstance(last := blocks[end - 1], model.Section) and last.role in AFTER_NOTES:
        end -= 1
    return blocks[:end], blocks[end:]


def listing_notes(document: Document) -> Document:
    """The document with the endnotes in its contents, before the parts that follow them."""
    title = words(document.metadata.lang)["notes"]
    later = {block.attributes.id for block in part_at_notes(document.blocks)[1]}
    at = next((i for i, e in enumerate(document.contents) if e.target in later), None)
    entry = model.ContentsEntry(NOTES, (model.Text(text=title),))
    contents = list(document.contents)
    contents.insert(len(contents) if at is None else at, entry)
    return replace(document, contents=tuple(contents))
