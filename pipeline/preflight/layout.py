"""What stands on the pages of a finished PDF, as values that the rules look at."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Box(NamedTuple):
    """A rectangle on a page as readers see it, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


class Colour(NamedTuple):
    """Red, green and blue, from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE = Colour(255, 255, 255)


class Element(msgspec.Struct, frozen=True):
    """An element of the structure tree that has something on a page. ``order`` counts from 0
    in the order of reading, ``block`` is the same for all that is in one paragraph, heading or
    cell; ``roles`` are the types from the outermost to its own (ISO 32000-1, section 14.8.4);
    ``alt`` is the text alternative of the nearest that has one."""

    order: int
    block: int
    roles: tuple[str, ...]
    alt: str = ""

    def within(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


class Run(msgspec.Struct, frozen=True):
    """A piece of a line in one font and colour. ``size`` is that of the letters in points, as
    they are printed; ``background`` is what they stand on. ``element`` is None for what is not
    tagged, and for running heads and the like."""

    text: str
    box: Box
    baseline: float
    size: float
    bold: bool
    colour: Colour
    background: Colour
    element: Element | None = None

    @property
    def wanted(self) -> str:
        """What to look for in the source: the text, or what describes the drawing it is in."""
        return (self.element.alt if self.element else "") or self.text


class Picture(msgspec.Struct, frozen=True):
    """An image of ``pixels`` across and down, and how large it is printed, in points."""

    box: Box
    pixels: tuple[int, int]
    size: tuple[float, float]
    element: Element | None = None


class PageLayout(msgspec.Struct, frozen=True):
    """A page; sides in points. ``drawings`` are the boxes of lines and areas."""

    number: int
    width: float
    height: float
    runs: tuple[Run, ...] = ()
    pictures: tuple[Picture, ...] = ()
    drawings: tuple[Box, ...] = ()
    tagged: bool = False

    @property
    def body(self) -> tuple[Run, ...]:
        """The text without running heads and feet, where the page is tagged."""
        return tuple(run for run in self.runs if run.element) if self.tagged else self.runs
