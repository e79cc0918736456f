"""From a resolved document to a marked one, with the pages of the standard print edition."""

from __future__ import annotations

import bisect
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Document, Image, MathBlock, Node, WritingLines, WritingSpace
from pipeline.model.editions import Edition
from pipeline.model.page_map import (
    BEGINS_PAGE,
    PIECES,
    PageMap,
    PageStart,
    Position,
    TextLeaf,
    counted_text,
    leaves,
    letter_place,
    letters,
)
from pipeline.model.tree import (
    NO_CHANGES,
    Changes,
    has,
    ordinals,
    rewrite_document,
    top_level,
    walk_with,
)

# --- page places -----------------------------------------------------------------------------
# Finds the positions of a page map in a document.

NO_TEXT = (Image, MathBlock, WritingLines, WritingSpace)
"""Nodes that cannot have a mark before them, since they need not be within a line."""


class TextPlace(NamedTuple):
    """The piece of text in which a page begins, by its number, and the number of letters before it
    there, or of lines to write on."""

    leaf: int
    letters: int


class TextLeaves:
    """The pieces of text of a document, numbered in the order of `page_map.leaves`."""

    def __init__(self, document: Document) -> None:
        self._leaves = leaves(document)
        self._blocks: dict[Position, list[int]] = {}
        self._by_file: dict[str, list[tuple[int, int, int]]] = {}
        for number, leaf in enumerate(self._leaves):
            place = leaf.position
            self._blocks.setdefault(place, []).append(number)
            if place.line:
                self._by_file.setdefault(place.file, []).append((place.line, place.column, number))
        for lines in self._by_file.values():
            lines.sort()

    def page_starts(
        self, page_map: PageMap, *, front: bool = True
    ) -> Iterator[tuple[str, TextPlace]]:
        """The beginnings of pages, in the order of the text, with their labels. If ``front`` is
        set, pages that begin before the text, for example with its title, begin with its first
        word; pages without any text begin with the next one."""
        waiting: list[str] = []
        last = TextPlace(-1, 0)
        for start in page_map.starts:
            place = self._place(start) if start.position.line else self._find_generated(start, last)
            if place is None and not start.position.line:
                waiting.append(start.label)
            if place is None or place < last:
                continue
            if front:
                here = place if last.leaf >= 0 else TextPlace(0, 0)
                yield from ((label, here) for label in waiting)
            waiting, last = [], place
            yield start.label, place
        if front and last.leaf < 0 and self._leaves:
            yield from ((label, TextPlace(0, 0)) for label in waiting)

    def ordinal(self, place: TextPlace) -> int:
        """The number of the piece among all nodes."""
        return self._leaves[place.leaf].ordinal

    def nearest_text(self, place: TextPlace) -> TextPlace | None:
        """The position itself, or the next one in text or code if it is in neither."""
        number, inner = place
        while self._is(number, NO_TEXT):
            number, inner = number + 1, 0
        return TextPlace(number, inner) if number < len(self._leaves) else None

    def is_among_lines(self, place: TextPlace) -> bool:
        """Return whether some of the lines to write on are before a place, and some after it."""
        return bool(place.letters) and self._is(place.leaf, WritingLines)

    def _is(self, number: int, kind: type[Node] | tuple[type[Node], ...]) -> bool:
        return number < len(self._leaves) and isinstance(self._leaves[number].node, kind)

    def _place(self, start: PageStart) -> TextPlace | None:
        position = start.position
        while position not in self._blocks and position.nth:
            position = replace(position, nth=position.nth - 1)
        if position not in self._blocks:
            return self._next_piece(start.position)
        numbers = sorted(self._blocks[position], key=lambda number: self._leaves[number].offset)
        block = [self._leaves[number] for number in numbers]
        if isinstance(block[0].node, WritingLines):
            return TextPlace(numbers[0], min(start.offset, block[0].node.count - 1))
        offset = _offset(start, block)
        for number, leaf in zip(numbers, block, strict=True):
            if offset < leaf.offset + leaf.letters or offset == leaf.offset:
                return TextPlace(number, max(0, offset - leaf.offset))
        return self._next_leaf(numbers[-1])

    def _find_generated(self, start: PageStart, last: TextPlace) -> TextPlace | None:
        """A place in generated text, such as an index, by its words; none before the body."""
        words = letters(start.words)
        for number in range(last.leaf + 1, len(self._leaves) if last.leaf >= 0 else 0):
            leaf = self._leaves[number]
            text = letters(counted_text(leaf.node)) if not leaf.position.line else ""
            if words and text and (text.startswith(words) or words.startswith(text)):
                return TextPlace(number, 0)
        return None

    def _next_piece(self, position: Position) -> TextPlace | None:
        """The next piece that exists, in the same file."""
        lines = self._by_file.get(position.file)
        if not lines:
            return None
        index = bisect.bisect_left(lines, (position.line, position.column, 0))
        return (
            TextPlace(lines[index][2], 0) if index < len(lines) else self._next_leaf(lines[-1][2])
        )

    def _next_leaf(self, number: int) -> TextPlace | None:
        return TextPlace(number + 1, 0) if number + 1 < len(self._leaves) else None


def _offset(start: PageStart, block: list[TextLeaf]) -> int:
    """The number of letters of a block before a page's first word, including letters that are not
    in this edition. ``block`` has its pieces in the order of their letters."""
    words = letters(start.words)
    text = "".join(letters(counted_text(leaf.node)) for leaf in block)
    shift = block[0].offset
    at = max(0, start.offset - shift)
    if text.startswith(words, at) or words not in text:
        return start.offset
    before, after = text.rfind(words, 0, at), text.find(words, at)
    indices = [index for index in (before, after) if index >= 0]
    return shift + min(indices, key=lambda index: abs(index - at)) if indices else start.offset


# --- page marks ------------------------------------------------------------------------------
# Marks of the pages of the standard print edition in the others, some of which begin their own
# pages there.
#
# This is not a pass like the others, because the map is only known once that edition has been laid
# out. Content that an edition lacks has no mark; the page then begins at the next element that is
# there.

BLOCKS = (
    model.Admonition, model.Bibliography, model.BibliographyEntry, model.BlockQuote, model.Chart,
    model.Choices, model.CodeBlock, model.Container, model.DefinitionList, model.Dialogue,
    model.Exercise, model.Figure, model.FigureGroup, model.Heading, model.List, model.ListItem,
    model.Matching, model.MathBlock, model.Ordering, model.Paragraph, model.Section, model.Table,
    model.TableRow, model.TeacherNote, model.Turn, model.WritingLines, model.WritingSpace,
)  # fmt: skip
"""Blocks that a page can begin with as a whole, since their attributes are output."""

PICTURES = (model.Chart, model.Figure, model.FigureGroup)
"""Blocks that show pictures, and nothing before them."""

OWN_FRONT = frozenset({"titlepage", "copyright-page"})
"""The roles of pages around the title that a text may bring itself."""


def mark_pages(document: Document, edition: Edition, page_map: PageMap) -> Document:
    """The resolved document with the marks that an edition needs."""
    if edition.same_pages or edition.part == "answers":
        return keep_pages(document, page_map)
    if edition.format == "epub":
        return place_book_marks(document, page_map)
    if edition.format == "html":
        return place_all_marks(document, page_map)
    return place_marks(document, page_map)


def place_marks(document: Document, page_map: PageMap) -> Document:
    """The resolved document with a `PageMark` for each page of ``page_map``, before its first
    word. Where several pages would begin at one place, the last of them does."""
    places = TextLeaves(document)
    labels = {places.nearest_text(place): [label] for label, place in places.page_starts(page_map)}
    return _mark(document, places, labels, breaks=False)


def place_book_marks(document: Document, page_map: PageMap) -> Document:
    """`place_all_marks` for an e-book, which has its own title page, imprint and contents: printed
    pages that begin with these are in `Document.front_marks`. If the source replaces such a page,
    all marks are in the text."""
    marks = tuple(
        model.FrontMark(start.front, start.label) for start in page_map.starts if start.front
    )
    roles = {block.role for block in document.blocks if isinstance(block, model.Section)}
    if page_map.pages < 2 or not roles.isdisjoint(OWN_FRONT):
        return place_all_marks(document, page_map)
    rest = tuple(start for start in page_map.starts if not start.front)
    return replace(place_all_marks(document, replace(page_map, starts=rest)), front_marks=marks)


def place_all_marks(document: Document, page_map: PageMap) -> Document:
    """`place_marks` for a screen, where marks take no room: also before pictures, formulas and
    writing space, and several in one place if the pages between them have no content here. There
    are none if the text has only one page."""
    if page_map.pages < 2:
        return document
    places = TextLeaves(document)
    figures = _figures(document)
    labels: dict[TextPlace | None, list[str]] = defaultdict(list)
    before: dict[int, list[str]] = defaultdict(list)
    for label, place in places.page_starts(page_map):
        figure = figures.get(place.leaf)
        if figure is None:
            labels[place].append(label)
        elif figure.begins:
            before[figure.block].append(label)
        else:  # within a group of figures: the next words
            labels[places.nearest_text(place)].append(label)

    def mark(block: Node, ordinal: int) -> tuple[Node, ...]:
        return (*(model.PageMark(label=label) for label in before.get(ordinal, ())), block)

    leave: Changes = dict.fromkeys(PICTURES, mark)
    return _mark(document, places, labels, breaks=False, at=before, leave=leave)


class _Picture(NamedTuple):
    """The number of the outermost block that shows a picture, and whether that begins with it."""

    block: int
    begins: bool


def _figures(document: Document) -> dict[int, _Picture]:
    """The pictures by the index of a piece of text, before which no mark is possible, because their
    block contains nothing else."""
    pictures: dict[int, _Picture] = {}
    if not has(document, *PICTURES):
        return pictures
    seen: set[int] = set()
    leaf = 0

    count = itertools.count()

    def outermost(node: Node, above: int | None) -> int | None:
        ordinal = next(count)
        return ordinal if above is None and isinstance(node, PICTURES) else above

    start: int | None = None
    for node, block in walk_with(top_level(document), start, outermost):
        if not isinstance(node, (*PIECES, model.CodeBlock)):
            continue
        if block is not None:
            if isinstance(node, model.Image):
                pictures[leaf] = _Picture(block, begins=block not in seen)
            seen.add(block)
        leaf += 1
    return pictures


def keep_pages(document: Document, page_map: PageMap) -> Document:
    """The resolved document, in which every beginning of a page in ``page_map`` begins a page:
    blocks have the attribute `BEGINS_PAGE`, other places a `PageMark` that breaks. Content before
    the first text, such as the title, is on a page already."""
    places = TextLeaves(document)
    first = _first_blocks(document)
    blocks: dict[int, str] = {}
    labels: dict[TextPlace | None, list[str]] = {}
    for label, place in places.page_starts(page_map, front=False):
        if not place.letters and place.leaf in first:
            blocks[first[place.leaf]] = label
        else:
            labels[place if places.is_among_lines(place) else places.nearest_text(place)] = [label]

    def begin(node: Node, ordinal: int) -> Node:
        return _with_page_start(node, blocks[ordinal]) if ordinal in blocks else node

    enter: Changes = dict.fromkeys(BLOCKS, begin)
    return _mark(document, places, labels, breaks=True, at=blocks, enter=enter)


class _Open(NamedTuple):
    """A node that is being read: its index, that of the next piece of text when it began, and the
    node around it."""

    node: Node
    ordinal: int
    first: int
    above: _Open | None
    is_able: bool


def _first_blocks(document: Document) -> dict[int, int]:
    """By the index of a piece of text, the index (among all nodes) of the outermost block that
    begins with it, of those that can begin a page."""
    first_blocks: dict[int, int] = {}
    counts, leaf = itertools.count(), 0

    def open_block(node: Node, above: _Open | None) -> _Open:
        is_able = isinstance(node, BLOCKS) and _shows_attributes(node, above and above.node)
        return _Open(node, next(counts), leaf, above, is_able=is_able)

    start: _Open | None = None
    for node, innermost in walk_with(top_level(document), start, open_block):
        if isinstance(node, (*PIECES, model.CodeBlock)):
            block = innermost
            while block is not None and block.first == leaf:
                if block.is_able:
                    first_blocks[leaf] = block.ordinal
                block = block.above
            leaf += 1
    return first_blocks


def _shows_attributes(node: Node, parent: Node | None) -> bool:
    """Return whether a block certainly becomes a separate element in the markup."""
    match node:
        case model.ListItem():
            return isinstance(parent, model.List)
        case model.Paragraph():
            return not isinstance(parent, model.ListItem | model.Choice)
    return True


def _with_page_start(node: Node, label: str) -> Node:
    attributes = node.attributes
    pairs = (*attributes.pairs, (BEGINS_PAGE, label))
    return replace(node, attributes=Attributes(attributes.id, attributes.classes, pairs))


def _mark(
    document: Document,
    places: TextLeaves,
    labels: Mapping[TextPlace | None, Sequence[str]],
    *,
    breaks: bool,
    at: Iterable[int] = (),
    enter: Changes = NO_CHANGES,
    leave: Changes = NO_CHANGES,
) -> Document:
    """The document with marks in its text, and nodes ``at`` some numbers changed."""
    marks: dict[int, Labels] = defaultdict(dict)
    for place, names in labels.items():
        if place is not None:
            marks[places.ordinal(place)][place.letters] = names

    def mark_node(mark: Marker) -> Callable[[Node, int], tuple[Node, ...]]:
        return lambda node, ordinal: tuple(mark(node, marks.get(ordinal, {}), breaks))

    leave = {
        **dict.fromkeys(PIECES, mark_node(_mark_text)),
        model.CodeBlock: mark_node(_mark_code),
        **leave,
    }
    return rewrite_document(
        document, enter=enter, leave=leave, context=ordinals(), only=sorted({*marks, *at})
    )


Labels = dict[int, Sequence[str]]
"""The pages that begin in a piece of text, by the letters before them there."""

Marker = Callable[[Node, Labels, bool], Iterator[Node]]


def _mark_text(node: Node, labels: Labels, breaks: bool) -> Iterator[Node]:
    """A piece of text with marks in it."""

    def marks(labels: Iterable[str]) -> Iterator[Node]:
        return (model.PageMark(label=label, breaks=breaks) for label in labels)

    if isinstance(node, WritingLines) and breaks:
        yield from _divide_lines(node, labels)
        return
    if not isinstance(node, model.Text):
        yield from marks(itertools.chain.from_iterable(labels.values()))
        yield node
        return
    rest, passed = node.text, 0
    for count, here in sorted(labels.items()):
        at = letter_place(rest, count - passed)
        if rest[:at]:
            yield replace(node, text=rest[:at])
        yield from marks(here)
        rest, passed = rest[at:], count
    if rest or not labels:
        yield replace(node, text=rest) if labels else node


def _divide_lines(node: WritingLines, labels: Labels) -> Iterator[Node]:
    """Lines to write on as several runs of them, each of which begins a page but for the first."""
    starts = sorted(labels.items())
    ends = [*(count for count, _ in starts), node.count]
    yield replace(node, count=ends[0])
    rest = replace(node, attributes=replace(node.attributes, id=""))
    for (count, (label, *_)), end in zip(starts, ends[1:], strict=True):
        yield _with_page_start(replace(rest, count=end - count), label)


def _mark_code(node: Node, labels: Labels, breaks: bool) -> Iterator[Node]:
    """Code with marks before the lines with letters after the given counts."""
    assert isinstance(node, model.CodeBlock)
    marks = tuple(
        model.LineMark(node.text.count("\n", 0, letter_place(node.text, count)) + 1, label, breaks)
        for count, here in sorted(labels.items())
        for label in here
    )
    yield replace(node, marks=marks) if marks else node
