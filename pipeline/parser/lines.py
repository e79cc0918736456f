"""Lines of text with their positions."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from pipeline.model.diagnostics import Span


class Line(str):
    """A line of text within a block: ``number`` is its line in the source, ``offset`` the
    column (from 1) that it begins in."""

    __slots__ = ("number", "offset")

    number: int
    offset: int

    def __new__(cls, text: str, number: int, offset: int) -> Line:
        line = super().__new__(cls, text)
        line.number = number
        line.offset = offset
        return line

    def at(self, index: int = 0) -> Span:
        """The place of a character."""
        return Span(self.number, self.offset + index)

    def with_text(self, text: str) -> Line:
        """Another text in the same place."""
        return Line(text, self.number, self.offset)


def numbered(text: str, first: int = 1, offset: int = 1) -> tuple[Line, ...]:
    """The lines of a text, numbered from the given one, in which it begins at ``offset``."""
    return tuple(
        Line(line, number, 1 if number > first else offset)
        for number, line in enumerate(text.split("\n"), first)
    )


class LinePlaces:
    """The places of characters in the text of some lines; lines without a number have none."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] | None = None

    def at(self, offset: int) -> Span | None:
        if not self._lines:
            return None
        if self._starts is None:
            self._starts = [0]
            for line in self._lines[:-1]:
                self._starts.append(self._starts[-1] + len(line) + 1)
        index = bisect.bisect_right(self._starts, offset) - 1
        line = self._lines[index]
        return line.at(offset - self._starts[index]) if line.number else None
