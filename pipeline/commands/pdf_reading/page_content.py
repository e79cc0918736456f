"""Values for the content of pages in a finished PDF, and for its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from pipeline.model.paper import PageArea


class Colour(NamedTuple):
    """Red, green and blue, from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE = Colour(255, 255, 255)


class PageCell(NamedTuple):
    """A table cell: its row, by the places of elements in others from the root of the structure
    tree on, which are the same on all pages; its column, and its span."""

    row: tuple[int, ...]
    column: int
    columns: int = 1


class PageElement(msgspec.Struct, frozen=True):
    """An element of the structure tree with content on a page. ``order`` counts from 0 in reading
    order; ``block`` is the same for everything in one paragraph, heading or cell; ``roles`` are the
    types from the outermost to its own (ISO 32000-1, section 14.8.4); ``alt`` is the nearest
    alternative text, ``cell`` the surrounding cell."""

    order: int
    block: int
    roles: tuple[str, ...]
    alt: str = ""
    cell: PageCell | None = None

    def within(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


class TextRun(msgspec.Struct, frozen=True):
    """A piece of a line in one font and colour. ``size`` is the printed type size in points;
    ``background`` is the colour behind it. ``element`` is None for untagged text, running heads and
    the like."""

    text: str
    box: PageArea
    baseline: float
    size: float
    bold: bool
    colour: Colour
    background: Colour
    element: PageElement | None = None
    italic: bool = False
    font: str = ""

    @property
    def source_text(self) -> str:
        """The text to search for in the source: this one, or the description of its drawing."""
        return (self.element.alt if self.element else "") or self.text


class Picture(msgspec.Struct, frozen=True):
    """An image of ``pixels`` across and down, and how large it is printed, in points."""

    box: PageArea
    pixels: tuple[int, int]
    size: tuple[float, float]
    element: PageElement | None = None


class PageAddress(NamedTuple):
    """A place on a page that leads to an address."""

    box: PageArea
    address: str


class PageLayout(msgspec.Struct, frozen=True):
    """A page; sides in points. ``drawings`` are the boxes of lines and areas."""

    number: int
    width: float
    height: float
    runs: tuple[TextRun, ...] = ()
    pictures: tuple[Picture, ...] = ()
    drawings: tuple[PageArea, ...] = ()
    tagged: bool = False
    links: tuple[PageAddress, ...] = ()

    @property
    def boxes(self) -> tuple[PageArea, ...]:
        """The places of images and drawings."""
        return (*(picture.box for picture in self.pictures), *self.drawings)

    @property
    def body(self) -> tuple[TextRun, ...]:
        """The text without running heads and feet, where the page is tagged."""
        return tuple(run for run in self.runs if run.element) if self.tagged else self.runs


TextArea: TypeAlias = Callable[[PageLayout], PageArea | None]
"""Gives the place where the text of a page belongs; None where nobody knows."""

SMALLER = 0.9
"""The size, relative to its neighbour's, below which a piece is raised or lowered."""

SHIFT, NEAR = 0.7, 0.5
"""The largest shift of a raised or lowered piece, in its neighbour's size; and the points between
two pieces that touch."""


SHORTEST_RULE, TALLEST_RULE = 30, 60
"""Points that a rule to write on is long at least, and the box that it is an edge of is high."""

APART = 9
"""Points that lines are apart at least."""


def baselines(runs: Iterable[TextRun]) -> tuple[float, ...]:
    """The baselines of the lines with these pieces, from the top. Superscripts and subscripts
    belong to their line, and so does text next to it in another column."""
    lines: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: -run.size):
        if not any(abs(run.baseline - y) < max(size, run.size) * 0.5 for y, size in lines):
            lines.append((run.baseline, run.size))
    return tuple(sorted((y for y, _ in lines), reverse=True))


def is_raised_or_lowered(run: TextRun, others: Sequence[TextRun]) -> bool:
    """Recognise a note's number, an index or an exponent next to larger letters, or an index with
    an exponent after it."""
    return any(
        0.3 < abs(run.baseline - other.baseline) < other.size * SHIFT
        and run.box.left - other.box.right < other.size
        and other.box.left - run.box.right < other.size
        for other in others
        if run.size < other.size * SMALLER
    ) or any(
        0.3 < abs(run.baseline - other.baseline) < other.size * 2 * SHIFT
        and min(abs(run.box.left - other.box.right), abs(other.box.left - run.box.right)) < NEAR
        for other in others
        if run.size == other.size
    )


def line_of(run: TextRun, others: Iterable[TextRun]) -> str:
    """The text of the line that a piece is part of, as far as it is of one kind and block."""
    block = run.element and run.element.block
    pieces = [
        other
        for other in others
        if other.baseline == run.baseline
        and other.size == run.size
        and (other.element and other.element.block) == block
    ]
    pieces.sort(key=lambda piece: piece.box.left)
    text = ""
    for before, piece in zip((None, *pieces), pieces, strict=False):
        apart = before and piece.box.left - before.box.right > run.size * 0.3
        text += f" {piece.text}" if apart else piece.text
    return text


def rules(drawings: Iterable[PageArea], written: Iterable[float]) -> tuple[float, ...]:
    """The heights of writing lines, from the top: rules that are not at one of the ``written``
    lines. A rule may be the lower edge of a box, of which nothing else is drawn."""
    heights: list[float] = []
    occupied = list(written)
    for box in sorted(drawings, key=lambda box: -box.bottom):
        is_rule = box.height < TALLEST_RULE and box.width > SHORTEST_RULE
        if is_rule and not any(abs(box.bottom - y) < APART for y in occupied):
            heights.append(box.bottom)
            occupied.append(box.bottom)
    return tuple(heights)
