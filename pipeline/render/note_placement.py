"""The position of notes in print: at the foot of the page, in its margin, or at the end."""

from __future__ import annotations

from itertools import takewhile
from typing import Literal, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document
from pipeline.model.tree import walk
from pipeline.model.words import words

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


def before_notes(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The parts before the endnotes, and those after."""
    end = len(blocks)
    while end and isinstance(last := blocks[end - 1], model.Section) and last.role in AFTER_NOTES:
        end -= 1
    return blocks[:end], blocks[end:]


def listing_notes(document: Document) -> Document:
    """The document with the endnotes in its contents, before the parts that follow them."""
    title = words(document.metadata.lang)["notes"]
    later = {block.attributes.id for block in before_notes(document.blocks)[1]}
    at = next((i for i, e in enumerate(document.contents) if e.target in later), None)
    entry = model.ContentsEntry(NOTES, (model.Text(text=title),))
    contents = list(document.contents)
    contents.insert(len(contents) if at is None else at, entry)
    return replace(document, contents=tuple(contents))
