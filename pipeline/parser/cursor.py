"""A place within a line, in characters and in columns (tabs stop at every fourth)."""

from __future__ import annotations

import re

from pipeline.parser.lines import Line

TAB = 4
_SPACE = re.compile(r"[ \t]*")


class Cursor:
    """Reads one line from left to right.

    ``pos`` counts characters of ``text``, ``column`` columns on the screen, both from 0. `indent`
    is the white space before the next character, in columns. A partly consumed tab becomes spaces,
    as in CommonMark 0.31.2, section 2.2.
    """

    __slots__ = ("_indent", "_next", "added", "column", "number", "pos", "text")

    def __init__(self, text: str, number: int) -> None:
        self.text = text
        self.number = number
        self.pos = 0
        self.column = 0
        self.added = 0
        self._next = -1
        self._indent = 0

    def _look(self) -> None:
        match = _SPACE.match(self.text, self.pos)
        assert match is not None
        self._next = match.end()
        self._indent = match.end() - self.pos
        if "\t" in match[0]:
            column = self.column
            for char in match[0]:
                column += TAB - column % TAB if char == "\t" else 1
            self._indent = column - self.column

    @property
    def next(self) -> int:
        """The position of the next character that is not white space."""
        if self._next < 0:
            self._look()
        return self._next

    @property
    def indent(self) -> int:
        if self._next < 0:
            self._look()
        return self._indent

    @property
    def blank(self) -> bool:
        return self.next >= len(self.text)

    @property
    def char(self) -> str:
        """The next character that is not white space, or ""."""
        return self.text[self.next : self.next + 1]

    @property
    def rest(self) -> str:
        """The rest of the line, without leading white space."""
        return self.text[self.next :]

    @property
    def line(self) -> Line:
        """`rest` with its place."""
        return Line(self.rest, self.number, self.next - self.added + 1)

    @property
    def remainder(self) -> Line:
        """The rest of the line, with all white space."""
        return Line(self.text[self.pos :], self.number, self.pos - self.added + 1)

    def skip_indent(self) -> None:
        """Go to the next character that is not white space."""
        self.column += self.indent
        self.pos = self.next

    def skip_chars(self, count: int) -> None:
        """Advance by ``count`` characters, none of which is a tab."""
        self.pos += count
        self.column += count
        self._next = -1

    def skip_rest(self) -> None:
        """Go to the end of the line."""
        self.skip_indent()
        self.skip_chars(len(self.rest))

    def skip_columns(self, count: int) -> None:
        """Go on by up to ``count`` columns of white space."""
        while count > 0 and self.pos < len(self.text):
            char = self.text[self.pos]
            if char == "\t":
                width = TAB - self.column % TAB
                spaces = " " * width
                self.text = self.text[: self.pos] + spaces + self.text[self.pos + 1 :]
                self.added += width - 1
            elif char != " ":
                break
            self.pos += 1
            self.column += 1
            count -= 1
        self._next = -1
