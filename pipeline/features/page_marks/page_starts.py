"""The beginnings of pages: the first text on each, and its position in the source.

The markup identifies the piece of text that follows (`print_marks.TEXT`). A box knows its element
and its text, but not which part of the element's text it is, so letters are counted, page by page
and element by element.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.model.page_map import (
    FrontPart,
    PageMap,
    PagePiece,
    PageStart,
    Position,
    letter_place,
    letters,
)
from pipeline.model.paper import Sheet
from pipeline.model.print_marks import TEXT
from pipeline.model.rendered import XHTML
from pipeline.package.pdf.index import folios
from pipeline.package.pdf.print_markup import classes
from pipeline.package.pdf.text_flows import Flow

WORDS = 40
"""Letters of the following text in a map."""


class Stretch(NamedTuple):
    """A piece of text: its beginning and end, counted in letters of the whole text; its block, and
    the number of that block's letters before it."""

    start: int
    end: int
    position: Position
    offset: int


class Slot(NamedTuple):
    """A text directly in an element: the number of the element's letters before it, and of the
    whole text's."""

    own: int
    start: int


class _Reader:
    """Builds the tree of a markup (a target of `ElementTree.XMLParser`), with local names, and
    keeps processing instructions. The text is that of ``main``, without its notes."""

    def __init__(self, pieces: Sequence[PagePiece]) -> None:
        self._given = pieces
        self.pieces: list[Stretch] = []
        self.slots: dict[Element, list[Slot]] = {}
        self.objects: dict[Element, Stretch] = {}
        self.front: dict[Element, FrontPart] = {}
        self.texts: list[str] = []
        self.counts: list[int] = []
        self._builder = ElementTree.TreeBuilder()
        self._stack: list[Element] = []
        self._letter_counts: dict[Element, int] = {}
        self._count = 0
        self._main: Element | None = None
        self._note: Element | None = None
        self._next: Stretch | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        element = self._builder.start(tag.removeprefix(XHTML), attributes)
        if element.tag == "main":
            self._main = element
        elif self._main is None:
            above = self.front.get(self._stack[-1], "") if self._stack else ""
            self.front[element] = above or _front_part(element)
        elif self._note is None and "note" in classes(element):
            self._note = element
        if self._next:  # what has no letters is the element right after its instruction
            self.objects[element] = self._next
            self._next = None
        self._stack.append(element)

    def end(self, tag: str) -> None:
        element = self._stack.pop()
        if element is self._note:
            self._note = None
        elif element is self._main:
            self._main = None
        self._next = None
        self._builder.end(tag.removeprefix(XHTML))

    def data(self, text: str) -> None:
        self._builder.data(text)
        if not self._is_counted:
            return
        self.texts.append(text)
        self.counts.append(self._count)
        counted = letters(text)
        if not counted:
            return
        element = self._stack[-1]
        start = self._letter_counts.get(element, 0)
        self.slots.setdefault(element, []).append(Slot(start, self._count))
        self._letter_counts[element] = start + len(counted)
        self._count += len(counted)

    def pi(self, target: str, text: str) -> None:
        if target != TEXT or not self._is_counted:
            return
        piece = self._given[int(text)]
        end = self._count + piece.letters
        stretch = Stretch(self._count, end, piece.position, piece.offset)
        self.pieces.append(stretch)
        self._next = None if piece.letters else stretch

    def close(self) -> Element:
        return self._builder.close()

    @property
    def _is_counted(self) -> bool:
        return self._main is not None and self._note is None


def _front_part(element: Element) -> FrontPart:
    """The part before the text, by the class of its outermost element."""
    names = classes(element)
    if "imprint" in names:
        return "imprint"
    if "contents" in names:
        return "contents"
    return "title" if {"title-page", "title-block"}.intersection(names) else ""


def read_pieces(markup: str, pieces: Sequence[PagePiece]) -> tuple[Element, Pieces]:
    """The tree of the standard edition's page, from `markup.parse`, and the pieces of its text,
    whose numbers are in the markup. Raises `ElementTree.ParseError`."""
    reader = _Reader(pieces)
    parser = ElementTree.XMLParser(target=reader)
    parser.feed(markup)
    root: Element = parser.close()
    return root, Pieces(reader)


class Pieces:
    """The pieces of the text that a page may begin with."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._starts = [piece.start for piece in reader.pieces]
        self._text = "".join(reader.texts)
        self._begins = list(accumulate(map(len, reader.texts), initial=0))

    def page_map(
        self, edition: str, flows: Sequence[Sequence[Flow]], sheet: Sheet | None, front: int = 0
    ) -> PageMap:
        """The page map of this text, whose first pages may have Roman numbers."""
        labels = folios(len(flows), front)
        return PageMap(edition, tuple(self._page_starts(labels, flows)), len(flows), sheet)

    def _page_starts(
        self, labels: Sequence[str], flows: Sequence[Sequence[Flow]]
    ) -> Iterator[PageStart]:
        counts: dict[Element, int] = {}
        for label, page in zip(labels, flows, strict=True):
            start: PageStart | None = None
            for element, count, lines in page:
                before = counts.get(element, 0)
                if start is None:
                    start = self._start(label, element, count, before)
                counts[element] = before + count + (lines if element in self._reader.objects else 0)
            if start:
                yield start

    def _start(self, label: str, element: Element, count: int, passed: int) -> PageStart | None:
        """The beginning of a page that begins after a number of an element's letters, if that is
        visible."""
        if element in self._reader.objects:
            piece = self._reader.objects[element]
            return PageStart(label, piece.position, piece.offset + passed)
        if not count:
            return None
        if element in self._reader.front:
            return PageStart(label, front=self._reader.front[element])
        slots = self._reader.slots.get(element)
        if not slots:
            return None
        slot = slots[bisect.bisect_right([slot.own for slot in slots], passed) - 1]
        return self._at(label, slot.start + passed - slot.own)

    def _at(self, label: str, place: int) -> PageStart | None:
        """The beginning of a page at the letter after ``place`` others, or at the next piece if
        that is a word added by Chapbook."""
        index = bisect.bisect_right(self._starts, place) - 1
        if index < 0 or place >= self._reader.pieces[index].end:
            index += 1
            if index == len(self._reader.pieces):
                return None
            place = self._reader.pieces[index].start
        piece = self._reader.pieces[index]
        offset = piece.offset + place - piece.start
        return PageStart(label, piece.position, offset, self._words(index, place))

    def _words(self, index: int, place: int) -> str:
        """The words of a block from a place on."""
        position, words = self._reader.pieces[index].position, ""
        for piece in self._reader.pieces[index:]:
            if piece.position != position or len(letters(words)) >= WORDS:
                break
            if piece.end > place:
                words += " " if piece.start > place else ""  # in place of a word of Chapbook's
                first = self._place(max(place, piece.start))
                words += self._text[first : self._place(piece.end)]
                place = piece.end
        return " ".join(words.split())[: 2 * WORDS]

    def _place(self, letter: int) -> int:
        """The position of the letter after a number of others, or the end of the text."""
        number = bisect.bisect_right(self._reader.counts, letter) - 1
        within = letter_place(self._reader.texts[number], letter - self._reader.counts[number])
        return self._begins[number] + within
