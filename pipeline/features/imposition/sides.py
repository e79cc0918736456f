"""The arrangement of pages on the sides of sheets. Pages count from 1; None is a blank one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST_STAPLED = 20
"""Sheets that are still folded together and stapled through the fold; more of them are folded in
several signatures."""

SIGNATURE = 8
"""The default maximum of sheets in a signature."""


class Side(NamedTuple):
    """One side of a sheet: its pages from left to right and from top to bottom, and the number of
    sheets around this one in its signature."""

    pages: tuple[int | None, ...]
    depth: int = 0


def booklet(
    count: int, *, signature: int | None = None, back_cover: bool = False, rtl: bool = False
) -> tuple[Side, ...]:
    """The sides of the sheets of a booklet, in printing order: the front of the outermost sheet,
    its back, the front of the next. Sheets are flipped on their short edge.

    There are ``signature`` sheets in each signature, or fewer, so that all are about equally thick.
    Blank pages are at the end, or before the last page if that is the ``back_cover``. Books that
    are read from right to left have the spine on the right (``rtl``).
    """
    pages = padded(count, 4, back_cover=back_cover)
    sides: list[Side] = []
    for first, end in _signatures(len(pages) // 4, signature):
        sides += _folded(pages[4 * first : 4 * end])
    return tuple(_mirrored(side, 2) for side in sides) if rtl else tuple(sides)


def n_up(count: int, columns: int, rows: int, *, rtl: bool = False) -> tuple[Side, ...]:
    """The sides of sheets with several pages side by side and below each other, in reading order.
    The last side may have blanks."""
    each = columns * rows
    pages = padded(count, each)
    sides = (Side(tuple(pages[at : at + each])) for at in range(0, len(pages), each))
    return tuple(_mirrored(side, columns) if rtl else side for side in sides)


def padded(count: int, multiple: int, *, back_cover: bool = False) -> list[int | None]:
    """The pages, and blank ones that make them a ``multiple``."""
    pages: list[int | None] = list(range(1, count + 1))
    at = count - 1 if back_cover else count
    pages[at:at] = [None] * (-count % multiple)
    return pages


def _signatures(sheets: int, most: int | None) -> Iterator[tuple[int, int]]:
    """The first and last sheet of each signature."""
    if most is None:
        most = max(sheets, 1) if sheets <= MOST_STAPLED else SIGNATURE
    number = -(-sheets // most)
    for index in range(number):
        yield sheets * index // number, sheets * (index + 1) // number


def _folded(pages: Sequence[int | None]) -> Iterator[Side]:
    """The sides of one signature: each sheet has the next two pages from the front on its right and
    its left, and next to them the next two from the back."""
    for depth in range(len(pages) // 4):
        first, last = 2 * depth, len(pages) - 1 - 2 * depth
        yield Side((pages[last], pages[first]), depth)
        yield Side((pages[first + 1], pages[last - 1]), depth)


def _mirrored(side: Side, columns: int) -> Side:
    rows = [side.pages[at : at + columns] for at in range(0, len(side.pages), columns)]
    return side._replace(pages=tuple(page for row in rows for page in row[::-1]))
