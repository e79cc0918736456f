"""Finds the positions of a page map in a document."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model import Document, Image, MathBlock, WritingLines, WritingSpace
from pipeline.model.page_map import (
    PageMap,
    PageStart,
    Position,
    TextLeaf,
    counted_text,
    leaves,
    letters,
)

NO_TEXT = (Image, MathBlock, WritingLines, WritingSpace)
"""Nodes that cannot have a mark before them, since they need not be within a line."""


class TextPlace(NamedTuple):
    """The piece of text in which a page begins, by its number, and the number of letters before it
    there."""

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

    def of(self, page_map: PageMap, *, front: bool = True) -> Iterator[tuple[str, TextPlace]]:
        """The beginnings of pages, in the order of the text, with their labels. If ``front`` is
        set, pages that begin before the text, for example with its title, begin with its first
        word; pages without any text begin with the next one."""
        waiting: list[str] = []
        last = TextPlace(-1, 0)
        for start in page_map.starts:
            place = self._place(start) if start.position.line else self._generated(start, last)
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

    def in_text(self, place: TextPlace) -> TextPlace | None:
        """The position itself, or the next one in text or code if it is in neither."""
        number, inner = place
        while number < len(self._leaves) and isinstance(self._leaves[number].node, NO_TEXT):
            number, inner = number + 1, 0
        return TextPlace(number, inner) if number < len(self._leaves) else None

    def _place(self, start: PageStart) -> TextPlace | None:
        position = start.position
        while position not in self._blocks and position.nth:
            position = replace(position, nth=position.nth - 1)
        if position not in self._blocks:
            return self._after(start.position)
        numbers = sorted(self._blocks[position], key=lambda number: self._leaves[number].offset)
        block = [self._leaves[number] for number in numbers]
        offset = _offset(start, block)
        for number, leaf in zip(numbers, block, strict=True):
            if offset < leaf.offset + leaf.letters or offset == leaf.offset:
                return TextPlace(number, max(0, offset - leaf.offset))
        return self._following(numbers[-1])

    def _generated(self, start: PageStart, last: TextPlace) -> TextPlace | None:
        """A place in generated text, such as an index, by its words; none before the body."""
        words = letters(start.words)
        for number in range(last.leaf + 1, len(self._leaves) if last.leaf >= 0 else 0):
            leaf = self._leaves[number]
            text = letters(counted_text(leaf.node)) if not leaf.position.line else ""
            if words and text and (text.startswith(words) or words.startswith(text)):
                return TextPlace(number, 0)
        return None

    def _after(self, position: Position) -> TextPlace | None:
        """The next piece that exists, in the same file."""
        lines = self._by_file.get(position.file)
        if not lines:
            return None
        index = bisect.bisect_left(lines, (position.line, position.column, 0))
        return (
            TextPlace(lines[index][2], 0) if index < len(lines) else self._following(lines[-1][2])
        )

    def _following(self, number: int) -> TextPlace | None:
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
