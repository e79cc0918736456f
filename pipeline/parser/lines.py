"""Lines of text that know where they stand."""

from __future__ import annotations


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
