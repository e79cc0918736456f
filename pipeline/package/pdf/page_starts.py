"""Where pages of the standard print edition begin, and editions whose pages begin there too."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.model.page_map import (
    PAGE,
    PAGE_NAME,
    PAGE_START,
    TARGET,
    TEXT,
    FrontPart,
    PageMap,
    PagePiece,
    PageStart,
    Position,
    letter_place,
    letters,
)
from pipeline.model.paper import Sheet
from pipeline.model.rendered import XHTML
from pipeline.package.pdf.engine.adapter.boxes import elements
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.adapter.short_pages import KEEPS_PAGES
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.layout import Flow, folios
from pipeline.package.pdf.print_markup import classes

# --- page starts -----------------------------------------------------------------------------
# The beginnings of pages: the first text on each, and its position in the source.
#
# The markup identifies the piece of text that follows (`page_map.TEXT`). A box knows its
# element and its text, but not which part of the element's text it is, so letters are counted,
# page by page and element by element.

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
        elif self._note is None and element.tag == "span" and "note" in classes(element):
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
    """The tree of the standard edition's page, and the pieces of its text,
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
        return self._start_at(label, slot.start + passed - slot.own)

    def _start_at(self, label: str, place: int) -> PageStart | None:
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


# --- kept pages ------------------------------------------------------------------------------
# Pages that begin where those of the standard print edition do, so that readers of both can refer
# to “page 2, question 3”: overflowing content goes on a further page with the same number.
#
# `PAGE_START` in the markup says where a page begins: at a block, or at an empty span in a line.
# The line is split into two blocks there, because breaks can only be forced between blocks.

MOST_FRONT = 1_000
"""The maximum number of pages before the text."""

CONTINUED = "continued"
"""The class of the rest of a divided block."""

LINES = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "pre", "summary"})
"""Blocks that hold lines alone: the rest of one is a further block of its kind."""

HOLDERS = frozenset(
    {"li", "dd", "div", "blockquote", "figcaption", "section", "main", "aside", "address"}
)
"""Blocks that may hold others, and so the rest of their lines."""

HANGING = frozenset({"label", "note", "note-call", "speaker", "visually-hidden"})
"""Classes of elements that may be out of the flow."""

FRONT_PARTS = frozenset({"title-page", "empty-page", "imprint", "contents"})
"""Classes of parts before the text of a book, which have a page each."""

CELLS = frozenset({"td", "th", "caption"})
TOPMOST = frozenset({"main", "section", "body", "html"})


class KeptPages:
    """The pages that a tree is divided into, whose numbers may begin with Roman ones. ``first`` is
    the number of the first one that begins in the text: content before it is on separate pages."""

    def __init__(self, root: Element, *, has_roman: bool = False) -> None:
        self._numerals = folios(MOST_FRONT, MOST_FRONT if has_roman else 0)
        self._parents = {child: parent for parent in root.iter() for child in parent}
        marks = [element for element in root.iter() if PAGE_START in element.attrib]
        for mark in marks:
            self._begin(mark)
        starts = [element for element in root.iter() if PAGE_START in element.attrib]
        first = next((start.get(PAGE_START, "") for start in starts), "")
        self.first = MOST_FRONT if has_roman else int(first) if first.isdecimal() else 0
        if first in self._numerals:
            self.first = self._numerals.index(first) + 1
        self._report(root)
        for start in (root[-1], *starts):
            _name(start, start.get(PAGE_START, self._numerals[0]))
        self._name_front(root[-1])
        root.set("class", f"{root.get('class', '')} {KEEPS_PAGES}".lstrip())

    def _name_front(self, body: Element) -> None:
        """Give the parts before the text, on a page each, the numbers that `labels` finds."""
        parts = (part for part in body if FRONT_PARTS & classes(part))
        for part, label in zip(parts, self._numerals[: max(1, self.first - 1)], strict=False):
            _add_style(part, f'string-set: folio "{label}", further ""')

    def numbers(self, pages: Sequence[TypesetPage]) -> list[str]:
        """The numbers of ``pages``."""
        return [label for label, _ in self.labels(pages)]

    def labels(self, pages: Sequence[TypesetPage]) -> list[tuple[str, bool]]:
        """The number of each of ``pages``, and whether it is a further one of
        the same number."""
        labels: list[tuple[str, bool]] = []
        label, first_of_all = "", self._numerals[0]
        for number, page in enumerate(pages, start=1):
            names = (element.get(PAGE_NAME, "") for element in elements(page.box))
            new = next(filter(None, names), "")
            if new and (number == 1 or new != first_of_all):
                label = new
                labels.append((label, False))
            elif label != first_of_all:
                labels.append((label, True))
            else:  # before the text, a page may be a title, the contents or empty
                last = max(1, self.first - 1)
                labels.append((self._numerals[min(number, last) - 1], number > last))
        return labels

    # --- where pages begin ---------------------------------------------------------------

    def name_pages(self, pdf: PDF, pages: Sequence[TypesetPage], further: str) -> None:
        """Give the pages of a PDF the labels printed on them (ISO 32000-1, 12.4.2); ``further`` is
        the format of a continued page's label, with ``{page}``."""
        numbers = Array()
        for index, (label, is_further) in enumerate(self.labels(pages)):
            name = further.format(page=label) if is_further else label
            numbers.extend((index, Dictionary({"P": String(name)})))
        pdf.catalog["PageLabels"] = Dictionary({"Nums": numbers})

    def _begin(self, mark: Element) -> None:
        """Force a page to begin at a mark."""
        label = mark.get(PAGE_START, "")
        block = mark
        if mark.tag == "span":
            del mark.attrib[PAGE_START]
            divided = self._divide(mark)
            if divided is None:
                return
            block = divided
        block = self._with_duration(block)
        block.set(PAGE_START, label)
        _close_up(block)
        _add_style(block, "break-before: page")
        for parent in self._ancestors(block):
            _add_style(parent, "break-inside: auto")

    def _divide(self, mark: Element) -> Element | None:
        """The block that begins at a mark within a line."""
        block = next(e for e in self._ancestors(mark) if e.tag in LINES | HOLDERS | CELLS)
        row = next((e for e in (block, *self._ancestors(block)) if e.tag in CELLS), None)
        if row is not None:
            return self._next_row(row, mark)
        if not self._comes_before(mark, block):
            return self._outermost(block)
        return self._rest(mark, block)

    def _with_duration(self, block: Element) -> Element:
        """The block, or its duration label, which precedes it."""
        siblings = list(self._parents[block])
        index = siblings.index(block)
        if index and "timed" in classes(siblings[index - 1]):
            return self._outermost(siblings[index - 1])
        return block

    def _next_row(self, cell: Element, mark: Element) -> Element | None:
        """The row of a mark, if the mark is at its beginning, or else the next row, or the content
        after its table: rows are not split."""
        table = next(e for e in self._ancestors(cell) if e.tag == "table")
        if not self._comes_before(mark, table):
            return self._outermost(table)
        row = next((e for e in self._ancestors(cell) if e.tag == "tr"), cell)
        if not self._comes_before(mark, row):
            return row
        rows = list(table.iter("tr"))
        if row in rows[:-1]:
            return rows[rows.index(row) + 1]
        return self._next_block(table)

    def _next_block(self, block: Element) -> Element | None:
        """The block that follows another one, in it or in one around it."""
        while block.tag not in TOPMOST:
            parent = self._parents[block]
            siblings = list(parent)
            for sibling in siblings[siblings.index(block) + 1 :]:
                if sibling.tag in LINES | HOLDERS | {"ul", "ol", "dl", "table", "figure"}:
                    return sibling
            block = parent
        return None

    def _rest(self, mark: Element, block: Element) -> Element:
        """A block for the content of another after a mark, which is moved into it."""
        rest = self._cut(mark, block)
        parent = self._parents[block]
        if block.tag in LINES:
            rest.tail, block.tail = block.tail, None
            parent.insert(list(parent).index(block) + 1, rest)
            self._parents[rest] = parent
        else:
            rest.tag = "div"
            rest.attrib.clear()
            block.append(rest)
            self._parents[rest] = block
        rest.set("class", f"{rest.get('class', '')} {CONTINUED}".strip())
        return rest

    def _cut(self, mark: Element, block: Element) -> Element:
        """Copies of a block and of everything around a mark in it, with the content after the
        mark."""
        inner: Element | None = None
        element = mark
        while element is not block:
            parent = self._parents[element]
            copy = Element(parent.tag, {k: v for k, v in parent.attrib.items() if k != "id"})
            copy.attrib.pop(PAGE_START, None)
            children = list(parent)
            following = children[children.index(element) + 1 :]
            if inner is None:
                copy.text = element.tail
            else:
                copy.append(inner)
                self._parents[inner] = copy
                inner.tail = element.tail
            element.tail = None
            for child in following:
                parent.remove(child)
                copy.append(child)
                self._parents[child] = copy
            inner, element = copy, parent
        assert inner is not None
        return inner

    def _outermost(self, block: Element) -> Element:
        """The outermost block that begins with a block."""
        while True:
            parent = self._parents[block]
            if parent.tag in TOPMOST or parent[0] is not block or (parent.text or "").strip():
                return block
            block = parent

    def _ancestors(self, element: Element) -> Iterator[Element]:
        """The ancestors of an element, innermost first."""
        while (parent := self._parents.get(element)) is not None:
            yield parent
            element = parent

    def _comes_before(self, mark: Element, block: Element) -> bool:
        """Return whether a block has any content before a mark."""
        element = mark
        while element is not block:
            parent = self._parents[element]
            if (parent.text or "").strip():
                return True
            for child in parent:
                if child is element:
                    break
                if (
                    (child.tail or "").strip()
                    or child.tag == "img"
                    or "".join(child.itertext()).strip()
                ):
                    return True
            element = parent
        return False

    # --- what tells numbers of pages -------------------------------------------------------

    def _report(self, root: Element) -> None:
        """Write into the contents and the references which page they lead to."""
        pages: dict[str, str] = {}
        label = self._numerals[0]
        for element in root.iter():
            label = element.get(PAGE_START, label)
            if name := element.get("id"):
                pages[name] = label
        for element in root.iter():
            target = element.get(TARGET if element.tag == "span" else "href", "")
            if target.startswith("#") and target[1:] in pages:
                element.set(PAGE, pages[target[1:]])


def _name(block: Element, label: str) -> None:
    """Put the page number before the first word of a block; if it has none (a picture, writing
    space), its first part gets the number."""
    steps: list[tuple[Element, Element | None]] = [(block, None)]  # in one; after one, in another
    while steps:
        element, parent = steps.pop()
        text = element.text if parent is None else element.tail
        if (text or "").strip():
            name = Element("span", {PAGE_NAME: label})
            name.tail = text
            if parent is None:
                element.text = None
                element.insert(0, name)
            else:
                element.tail = None
                parent.insert(list(parent).index(element) + 1, name)
            return
        for child in [*element][::-1] if parent is None else ():
            steps.append((child, element))
            is_hanging = HANGING & classes(child) and "box" not in classes(child)
            if not (is_hanging or child.tag == "dt"):
                steps.append((child, None))
    next(part for part in block.iter() if not len(part)).set(PAGE_NAME, label)


def _close_up(block: Element) -> None:
    """Remove the space above a block, as at an automatic page break."""
    while True:
        _add_style(block, "margin-top: 0")
        if (block.text or "").strip() or not len(block) or block[0].tag not in LINES | HOLDERS:
            return
        block = block[0]


def _add_style(element: Element, style: str) -> None:
    before = element.get("style", "")
    if not before.endswith(style):
        element.set("style", f"{before}; {style}" if before else style)
