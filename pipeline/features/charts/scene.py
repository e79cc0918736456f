"""Drawings in the abstract: shapes and texts, positioned in points from the upper left corner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Hatch: TypeAlias = Literal["", "rising", "falling", "level", "upright", "crossed"]
Shape: TypeAlias = Literal["disc", "square", "triangle", "diamond", "ring", "cross"]


class Fill(NamedTuple):
    """A colour; the lines over it, and their colour, which is also the edge's if there is one."""

    colour: str
    hatch: Hatch = ""
    ink: str = ""
    edge: bool = False


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    fill: Fill


class Rule(NamedTuple):
    """A line through points; ``dashes`` are lengths of strokes and gaps."""

    points: tuple[Point, ...]
    colour: str
    width: float
    dashes: tuple[float, ...] = ()


class Slice(NamedTuple):
    """A part of a disc, from one angle to another, in turns clockwise from the top."""

    x: float
    y: float
    radius: float
    start: float
    end: float
    fill: Fill


class Marker(NamedTuple):
    x: float
    y: float
    shape: Shape
    colour: str


class Label(NamedTuple):
    """A line of text; ``y`` is its baseline."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = ""
    bold: bool = False


Mark: TypeAlias = Box | Rule | Slice | Marker | Label


class Scene(NamedTuple):
    """The marks in the order in which they are drawn, one over the other."""

    width: float
    height: float
    marks: tuple[Mark, ...]


THIN = 0.6
"""The thickness of rules that guide the eye."""

EDGE = 0.7
"""The thickness of a fill's edge, inside it."""

PITCH = 3.6
"""The distance between the lines of a hatching."""


def hatching(box: Box) -> Iterator[Rule]:
    """The lines over a box, and its edge."""
    fill = box.fill
    slopes: dict[Hatch, tuple[tuple[int, int], ...]] = {
        "rising": ((1, -1),),
        "falling": ((1, 1),),
        "crossed": ((1, -1), (1, 1)),
        "level": ((1, 0),),
        "upright": ((0, 1),),
    }
    for slope in slopes.get(fill.hatch, ()):
        yield from (Rule(ends, fill.ink, 0.6) for ends in _lines(box, slope))
    if fill.edge:
        half = min(EDGE, box.width, box.height) / 2
        left, top = box.x + half, box.y + half
        right, bottom = box.x + box.width - half, box.y + box.height - half
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        yield Rule(corners, fill.ink, EDGE)


def _lines(box: Box, slope: tuple[int, int]) -> Iterator[tuple[Point, ...]]:
    """The parts within a box of lines that are ``PITCH`` apart, counted from the origin so
    that boxes side by side match."""
    across, down = slope
    right, bottom = box.x + box.width, box.y + box.height
    if not (across and down):
        low, high = (box.y, bottom) if across else (box.x, right)
        for at in _multiples(low, high, PITCH):
            yield ((box.x, at), (right, at)) if across else ((at, box.y), (at, bottom))
        return
    # On a line of either slope, down * y - x is constant.
    step = PITCH * 2**0.5
    ends = sorted(down * y - x for x in (box.x, right) for y in (box.y, bottom))
    for constant in _multiples(ends[0], ends[-1], step):
        low = max(box.x, min(down * box.y - constant, down * bottom - constant))
        high = min(right, max(down * box.y - constant, down * bottom - constant))
        if high - low > 0.2:
            yield ((low, down * (low + constant)), (high, down * (high + constant)))


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    number = int(low // step) + 1
    while number * step < high - 0.2:
        yield number * step
        number += 1


def inked(scene: Scene, ink: str, rule: str) -> Scene:
    """The scene with texts, strong rules and edges in ``ink``, and thin rules in ``rule``."""

    def change(mark: Mark) -> Mark:
        match mark:
            case Label():
                return mark._replace(colour=ink)
            case Rule() if mark.width <= THIN:
                return mark._replace(colour=rule)
            case Rule():
                return mark._replace(colour=ink)
            case Slice() if mark.fill.ink:
                colour = ink if mark.fill.colour == mark.fill.ink else mark.fill.colour
                return mark._replace(fill=mark.fill._replace(colour=colour, ink=ink))
        return mark

    return scene._replace(marks=tuple(map(change, scene.marks)))


def mirrored(scene: Scene) -> Scene:
    """The scene for right-to-left text; texts and slices are not mirrored."""
    return scene._replace(marks=tuple(_mirrored(mark, scene.width) for mark in scene.marks))


def _mirrored(mark: Mark, width: float) -> Mark:
    match mark:
        case Box():
            return mark._replace(x=width - mark.x - mark.width)
        case Rule():
            return mark._replace(points=tuple((width - x, y) for x, y in mark.points))
        case Label():
            turned: dict[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}
            return mark._replace(x=width - mark.x, anchor=turned[mark.anchor])
        case Slice():
            return mark._replace(x=width - mark.x, start=1 - mark.end, end=1 - mark.start)
        case Marker():
            return mark._replace(x=width - mark.x)
