"""Lines of text with their positions."""

from __future__ import annotations

import bisect
from collections.abc import Sequence


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


class LinePlaces:
    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] | None = None

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        if not self._lines:
            return 0, 0
        if self._starts is None:
            self._starts = [0]
            for line in self._lines[:-1]:
                self._starts.append(self._starts[-1] + len(line) + 1)
        index = bisect.bisect_right(self._starts, offset) - 1
        line = self._lines[index]
        return line.number, line.offset + offset - self._starts[index]
