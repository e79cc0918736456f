"""The parts that grow while a document is written for Word, and places in it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.features.word.numbering import ListNumbers
from pipeline.features.word.sections import PageShape
from pipeline.features.word.xml import Element, element
from pipeline.model import Document, Node
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.sheet.proportions import is_book
from pipeline.model.tree import find, plain_text, walk
from pipeline.model.words import words
from pipeline.resolve.findings import Findings
from pipeline.verify.word import mark_name

LONGEST_NAME = 40
"""The characters that the name of a bookmark has at most."""

_UNNAMED = late(r"\W+", re.ASCII)


class TextLook(NamedTuple):
    """The look of characters, besides the style of their paragraph; ``lang`` is their language, if
    it is not the document's, and ``style`` a style for characters."""

    style: str = ""
    bold: bool | None = None
    italic: bool | None = None
    strike: bool = False
    underline: bool = False
    small_caps: bool = False
    color: str = ""
    fill: str = ""
    position: str = ""
    lang: str = ""
    is_rtl: bool = False
    is_hidden: bool = False


class SideBox(NamedTuple):
    """A bar at the left of paragraphs and the colour behind them; ``style`` is for their text."""

    color: str
    fill: str
    style: str = "Box Text"


class ItemMarker(NamedTuple):
    """The number or bullet of a list's item: the list's number, and the level."""

    number: int
    level: int


class Spot(NamedTuple):
    """Where blocks stand: their indent and width in twentieths of a point, the style of their text,
    a box, the depth of lists, and how their characters look. The first paragraph of a list's item
    gets its ``marker``. ``is_note``: in a note. ``is_free``: nothing is around it, so
    that a new section can begin. ``span`` is where the text stands in the source. Tables are
    ``is_framed`` where there are lines around all cells."""

    width: int
    left: int = 0
    style: str = "Normal"
    box: SideBox | None = None
    depth: int = 0
    look: TextLook = TextLook()
    marker: ItemMarker | None = None
    is_note: bool = False
    is_free: bool = False
    span: Span | None = None
    align: str = ""
    is_framed: bool = False

    def within(self, indent: int, **changes: object) -> Spot:
        """A place that is indented by as much."""
        inner = self._replace(
            left=self.left + indent, width=max(400, self.width - indent), is_free=False
        )
        return inner._replace(**changes)  # type: ignore[arg-type]


class WordFile:
    """A document that is being written: its notes, lists, images, bookmarks, and findings."""

    def __init__(
        self,
        document: Document,
        page: PageShape,
        blocks: Callable[[WordFile, Iterable[Node], Spot], list[Element]],
    ) -> None:
        self.document, self.page, self.width = document, page, page.width
        self.blocks = functools.partial(blocks, self)
        """Writes some blocks at a place."""
        self.is_book = is_book(document)
        self.next_section = ""
        self.words = words(document.metadata.lang)
        edition = EDITIONS.get(document.edition)
        self.is_for_pupils = edition is None or edition.audience == "student"
        self.is_rtl = document.metadata.direction == "rtl"
        self.findings = Findings(document)
        self.numbering = ListNumbers(document)
        self.images: set[str] = set()
        self.assets = {asset.path: asset for asset in document.assets}
        self.nodes = {
            node.attributes.id: node
            for _, node, _ in find(document, marked=True)
            if node.attributes.id
        }
        self.spans: list[Span] = []
        self.terms = _index_terms(document)
        self.notes = {note.label: note for note in document.notes}
        self.note_kind = "endnote" if document.metadata.notes == "end" else "footnote"
        self.note_style = f"{self.note_kind.title()}Reference"
        self.written_notes: dict[str, int] = {}
        self.counted_notes = 0
        self.listed: dict[str, tuple[int, str]] = {}
        self._ids = itertools.count(1)
        self._names: dict[str, str] = {}
        self._bookmarked: set[str] = set()

    def new_findings(self) -> tuple[Diagnostic, ...]:
        """The findings of writing."""
        return self.findings.added_to(replace(self.document, diagnostics=())).diagnostics

    def next_id(self) -> int:
        """A number that no other bookmark, drawing or control has."""
        return next(self._ids)

    def bookmark_name(self, identifier: str, kind: str = "") -> str:
        """The name of the bookmark for an id, or (``kind``) for something of its element."""
        key = f"{kind} {identifier}"
        if key not in self._names:
            name = f"{kind or 'id'}_{_UNNAMED.sub('_', identifier)}"
            if len(name) > LONGEST_NAME or name in self._names.values():
                digest = hashlib.sha256(key.encode()).hexdigest()[:10]
                name = f"{name[: LONGEST_NAME - 11]}_{digest}"
            self._names[key] = name
        return self._names[key]

    def source_mark(self, span: Span) -> list[Element]:
        """A hidden bookmark by which `review` knows a paragraph that stands in the source."""
        place = self.document.place(span)
        if place is None:
            return []
        self.spans.append(place)
        number = self.next_id()
        start = element("bookmarkStart", id=number, name=mark_name(len(self.spans)))
        return [start, element("bookmarkEnd", id=number)]

    def bookmark(self, name: str, content: list[Element]) -> list[Element]:
        """Content in a bookmark; a name is given once."""
        if name in self._bookmarked:
            return content
        self._bookmarked.add(name)
        number = self.next_id()
        start = element("bookmarkStart", id=number, name=name)
        return [start, *content, element("bookmarkEnd", id=number)]

    def anchored(self, node: Node, content: list[Element]) -> list[Element]:
        """The content of a node, with a bookmark for its id."""
        identifier = node.attributes.id
        return self.bookmark(self.bookmark_name(identifier), content) if identifier else content


def index_entries(document: Document) -> Iterator[model.IndexEntry]:
    """The entries of the index that are below no other."""
    for _, node, _ in find(document, model.Index):
        for group in node.groups:
            yield from group.entries


def _index_terms(document: Document) -> dict[str, list[tuple[str, ...]]]:
    """The entries of the index, each after those above it, by the ids of the places that they refer
    to."""
    terms: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in index_entries(document):
        _collect_terms(entry, (), terms)
    return terms


def _collect_terms(
    entry: model.IndexEntry,
    above: tuple[str, ...],
    terms: Mapping[str, list[tuple[str, ...]]],
) -> None:
    path = (*above, plain_text(entry.term))
    for place in entry.places:
        terms[place.target].append(path)
    for child in entry.children:
        _collect_terms(child, path, terms)


def nested_notes(note: model.Note) -> list[str]:
    """The labels of the notes that a note refers to."""
    references = (node for node in walk(note) if isinstance(node, model.NoteReference))
    return list(dict.fromkeys(node.label for node in references))
