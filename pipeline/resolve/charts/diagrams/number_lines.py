"""Number lines: with points, with jumps from one number to another, or to write on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.resolve.charts.diagrams import shared
from pipeline.resolve.charts.diagrams.arithmetic import MistakeError, number, pretty
from pipeline.resolve.charts.layout import Plan, Scale
from pipeline.resolve.charts.look import CAPITAL, GAP, INK, LEADING, QUIET
from pipeline.resolve.charts.scene import Label, Mark, Marker, Point, Rule, Scene

END = 14.0
"""The distance from the last mark to the arrow's head."""

STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
_JUMP = re.compile(r"->|→|⟶")


class _Place(NamedTuple):
    """A point, or where the jump from ``start`` ends. One that is not ``named`` has its number, as
    written, as its name."""

    name: str
    at: float
    start: float | None = None
    named: bool = True


class NumberLine(NamedTuple):
    axis: shared.Axis
    has_numbers: bool
    points: tuple[_Place, ...]
    jumps: tuple[_Place, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        return (place.name for place in (*self.points, *self.jumps))

    def description(self, words: shared.Words) -> list[str]:
        write = self.axis.written
        ends = {"low": write(self.axis.low), "high": write(self.axis.high)}
        sentences = [
            shared.capital(words["chart_steps"].format(**ends, step=write(self.axis.step)))
        ]
        for place in self.points:
            sentences.append(
                _named(place.name, write(place.at), words) if place.named else place.name
            )
        for place in self.jumps:
            way = words["chart_jump"].format(start=write(place.start or 0), end=write(place.at))
            sentences.append(_named(place.name, way, words) if place.name else shared.capital(way))
        return sentences

    def scene(self, plan: Plan) -> Scene:
        half = plan.widest(map(self.axis.written, (self.axis.low, self.axis.high))) / 2
        inset = max(half, END + GAP)
        across = Scale(self.axis.low, self.axis.high, inset, plan.width - inset)
        arcs = [abs(across.at(jump.at) - across.at(jump.start or 0)) for jump in self.jumps]
        high = max((_rise(arc) + LEADING for arc in arcs), default=0)
        names, levels = _names(self.points, across, plan)
        line = 2 + high + (levels * LEADING + 2 * GAP if levels and not self.jumps else GAP)
        marks = [*self._line(plan, across, line)]
        below = line + (GAP + LEADING + 2 if self.has_numbers else 2 * GAP)
        for jump in self.jumps:
            marks += _arc(jump, across, line, plan.palette.lines[1].colour)
        for jump in self.jumps:
            marks += shared.backed(plan, _over(jump, across, line))
        for place, level in names:
            x = across.at(place.at)
            marks.append(Marker(x, line, "disc", plan.palette.main))
            if self.jumps:
                marks.append(Label(x, below + level * LEADING + CAPITAL, place.name, "middle"))
            else:
                y = line - 2 * GAP - level * LEADING
                if level:
                    marks.append(Rule(((x, y + 2), (x, line - 4)), QUIET, 0.5))
                marks.append(Label(x, y, place.name, "middle"))
        foot = levels * LEADING if self.jumps else 0
        return Scene(plan.width, below + foot + 1, tuple(marks))

    def _line(self, plan: Plan, across: Scale, line: float) -> Iterator[Mark]:
        middle = ((across.start + across.end) / 2, line)
        for end in (across.start - END, across.end + END):
            yield from shared.arrow(middle, (end, line), INK)
        marks = self.axis.marks()
        widest = plan.widest(map(self.axis.written, marks)) + GAP
        each = across.at(self.axis.low + self.axis.step) - across.start
        every = next((step for step in STEPS if step * each >= widest), STEPS[-1])
        for mark in marks:
            x = across.at(mark)
            is_named = self.has_numbers and round(mark / self.axis.step) % every == 0
            reach = 4 if is_named or every == 1 else 2.5
            yield Rule(((x, line - reach), (x, line + reach)), INK, 0.8)
            if is_named:
                yield Label(x, line + GAP + LEADING, self.axis.written(mark), "middle", INK)


def read(settings: shared.Settings, items: list[shared.Item]) -> NumberLine:
    found = settings.each(items, _read)
    places = [place for place, _ in found]
    ends = [value for place in places for value in (place.at, place.start) if value is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    axis = settings.axis("", (low, high if high - low > 1e-6 else low + 10), 12)
    for place, item in found:
        for value in (place.at, place.start):
            if value is not None and not axis.low - 1e-9 <= value <= axis.high + 1e-9:
                message = f"“{item.text[:40]}” is outside the number line."
                settings.wrong(MistakeError(message, hint="Set a larger `range`."), item)
    points = tuple(place for place in places if place.start is None)
    jumps = tuple(place for place in places if place.start is not None)
    if not settings.setting("range"):  # the whole of the last step
        step = axis.step
        axis = axis._replace(
            low=math.floor(low / step + 1e-9) * step, high=math.ceil(axis.high / step - 1e-9) * step
        )
    return NumberLine(axis, settings.has_numbers, points, jumps)


def _read(item: shared.Item) -> _Place:
    start, *rest = _JUMP.split(item.text, maxsplit=1)
    if not rest:
        value = _bounded(start, 0)
        return _Place(item.name or pretty(item.text), value, named=bool(item.name))
    at = item.text.index(rest[0], len(start)) if rest[0] else len(item.text)
    return _Place(item.name, _bounded(rest[0], at), _bounded(start, 0))


def _bounded(text: str, at: int) -> float:
    value = number(text, at)
    if abs(value) > shared.LARGEST:
        raise MistakeError(f"“{text.strip()[:40]}” is too large to be drawn.", at)
    return value


def _named(name: str, text: str, words: shared.Words) -> str:
    return words["chart_number"].format(name=name, value=text)


def _names(
    points: tuple[_Place, ...], across: Scale, plan: Plan
) -> tuple[list[tuple[_Place, int]], int]:
    """The points, each with a row in which there is room for its name; and the number of rows."""
    ends: list[float] = []
    found = []
    for place in sorted(points, key=lambda place: place.at):
        half = plan.measure(place.name) / 2
        x = across.at(place.at)
        level = next((n for n, end in enumerate(ends) if end + GAP <= x - half), len(ends))
        ends[level : level + 1] = [x + half]
        found.append((place, level))
    return found, len(ends)


def _rise(width: float) -> float:
    return min(34.0, 8 + width * 0.22)


def _arc(jump: _Place, across: Scale, line: float, colour: str) -> Iterator[Mark]:
    start, end = across.at(jump.start or 0), across.at(jump.at)
    rise = _rise(abs(end - start))
    points: list[Point] = []
    for step in range(33):
        angle = math.pi * step / 32
        x = (start + end) / 2 - (end - start) / 2 * math.cos(angle)
        points.append((x, line - 3 - (rise - 3) * math.sin(angle)))
    yield Rule(tuple(points), colour, 1.1)
    yield shared.head(points[-4], points[-1], colour, 1.1)


def _over(jump: _Place, across: Scale, line: float) -> Label:
    """The name of a jump over its arc."""
    start, end = across.at(jump.start or 0), across.at(jump.at)
    return Label((start + end) / 2, line - _rise(abs(end - start)) - 3, jump.name, "middle")
