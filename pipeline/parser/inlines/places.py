"""From an offset in a leaf's text to its line and column in the source."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from pipeline.parser.lines import Line


class Places:
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
