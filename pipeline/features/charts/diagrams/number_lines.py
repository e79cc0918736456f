"""Number lines: with points, with jumps from one number to another, or to write on."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.features.charts.chart_layout import Plan, Scale
from pipeline.features.charts.diagrams import diagram_parts
from pipeline.features.charts.diagrams.arithmetic import MistakeError, number, pretty
from pipeline.features.charts.look import CAPITAL, GAP, INK, LEADING, QUIET
from pipeline.features.charts.scene import Label, Mark, Marker, Point, Rule, Scene
from pipeline.model.late import late

END = 14.0
"""The distance from the last mark to the arrow's head."""

STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
_JUMP = late(r"->|→|⟶")


class _Place(NamedTuple):
    """A point, or where the jump from ``start`` ends. One that is not ``named`` has its number, as
    written, as its name."""

    name: str
    at: float
    start: float | None = None
    named: bool = True


class NumberLine(NamedTuple):
    axis: diagram_parts.Axis
    labels: diagram_parts.AxisLabels | None
    is_asked: bool
    points: tuple[_Place, ...]
    jumps: tuple[_Place, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        return (place.name for place in (*self.points, *self.jumps))

    def description(self, words: diagram_parts.Words) -> list[str]:
        """The numbers of the marks, and of points and jumps; where they may be the answer, their
        positions."""
        axis = self.axis
        write = functools.partial(axis.place, words=words) if self.is_asked else axis.text_of
        sentences = self._marks(words)
        for place in self.points:
            is_shown = not place.named and not self.is_asked
            sentences.append(
                place.name if is_shown else diagram_parts.phrase(place.name, write(place.at), words)
            )
        jump = words["chart_way" if self.is_asked else "chart_jump"]
        for place in self.jumps:
            ends = jump.format(start=write(place.start or 0), end=write(place.at))
            sentences.append(diagram_parts.phrase(place.name, ends, words))
        return sentences

    def _marks(self, words: diagram_parts.Words) -> list[str]:
        """The marks: by their numbers, or by how many there are, with those that are written."""
        axis = self.axis
        if self.labels is None or not self.is_asked:
            ends = {"low": axis.text_of(axis.low), "high": axis.text_of(axis.high)}
            steps = words["chart_steps"].format(**ends, step=axis.text_of(axis.step))
            return [diagram_parts.capital(steps)]
        return [
            words["chart_marks"].format(count=len(axis.marks())),
            *(
                diagram_parts.phrase(text, axis.place(value, words), words)
                for value, text in self.labels
            ),
        ]

    def scene(self, plan: Plan) -> Scene:
        half = plan.widest(map(self.axis.text_of, (self.axis.low, self.axis.high))) / 2
        inset = max(half, END + GAP)
        across = Scale(self.axis.low, self.axis.high, inset, plan.width - inset)
        arcs = [abs(across.at(jump.at) - across.at(jump.start or 0)) for jump in self.jumps]
        high = max((_rise(arc) + LEADING for arc in arcs), default=0)
        names, levels = _names(self.points, across, plan)
        line = 2 + high + (levels * LEADING + 2 * GAP if levels and not self.jumps else GAP)
        marks = [*self._line(plan, across, line)]
        below = line + (2 * GAP if self.labels == () else GAP + LEADING + 2)
        for jump in self.jumps:
            marks += _arc(jump, across, line, plan.palette.lines[1].colour)
        for jump in self.jumps:
            marks += diagram_parts.backed(plan, _over(jump, across, line))
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
            yield from diagram_parts.arrow(middle, (end, line), INK)
        marks = self.axis.marks()
        widest = plan.widest(map(self.axis.text_of, marks)) + GAP
        step_width = across.at(self.axis.low + self.axis.step) - across.start
        interval = next((step for step in STEPS if step * step_width >= widest), STEPS[-1])
        labels = self.labels
        if labels is None:
            usual = (mark for mark in marks if round(mark / self.axis.step) % interval == 0)
            labels = tuple((mark, self.axis.text_of(mark)) for mark in usual)
        for mark in marks:
            reach = 4 if interval == 1 else 2.5
            yield Rule(((across.at(mark), line - reach), (across.at(mark), line + reach)), INK, 0.8)
        for value, text in labels:
            x = across.at(value)
            yield Rule(((x, line - 4), (x, line + 4)), INK, 0.8)
            yield Label(x, line + GAP + LEADING, text, "middle", INK)


def read(settings: diagram_parts.Settings, items: list[diagram_parts.Item]) -> NumberLine:
    parsed = settings.each(items, _read)
    places = [place for place, _ in parsed]
    ends = [value for place in places for value in (place.at, place.start) if value is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    axis = settings.axis("", (low, high if high - low > 1e-6 else low + 10), 12)
    for place, item in parsed:
        for value in (place.at, place.start):
            if value is not None and not axis.has(value):
                message = f"“{item.text[:40]}” is outside the number line."
                settings.wrong(MistakeError(message, hint="Set a larger `range`."), item)
    points = tuple(place for place in places if place.start is None)
    jumps = tuple(place for place in places if place.start is not None)
    if not settings.setting("range"):  # the whole of the last step
        step = axis.step
        axis = axis._replace(
            low=math.floor(low / step + 1e-9) * step, high=math.ceil(axis.high / step - 1e-9) * step
        )
    (labels,) = settings.labels(axis)
    return NumberLine(axis, labels, settings.is_asked, points, jumps)


def _read(item: diagram_parts.Item) -> _Place:
    start, *rest = _JUMP.split(item.text, maxsplit=1)
    if not rest:
        value = _bounded(start, 0)
        return _Place(item.name or pretty(item.text), value, named=bool(item.name))
    at = item.text.index(rest[0], len(start)) if rest[0] else len(item.text)
    return _Place(item.name, _bounded(rest[0], at), _bounded(start, 0))


def _bounded(text: str, at: int) -> float:
    value = number(text, at)
    if abs(value) > diagram_parts.LARGEST:
        raise MistakeError(f"“{text.strip()[:40]}” is too large to be drawn.", at)
    return value


def _names(
    points: tuple[_Place, ...], across: Scale, plan: Plan
) -> tuple[list[tuple[_Place, int]], int]:
    """The points, each with a row in which there is room for its name; and the number of rows."""
    ends: list[float] = []
    placed = []
    for place in sorted(points, key=lambda place: place.at):
        half = plan.measure(place.name) / 2
        x = across.at(place.at)
        level = next((n for n, end in enumerate(ends) if end + GAP <= x - half), len(ends))
        ends[level : level + 1] = [x + half]
        placed.append((place, level))
    return placed, len(ends)


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
    yield diagram_parts.head(points[-4], points[-1], colour, 1.1)


def _over(jump: _Place, across: Scale, line: float) -> Label:
    """The name of a jump over its arc."""
    start, end = across.at(jump.start or 0), across.at(jump.at)
    return Label((start + end) / 2, line - _rise(abs(end - start)) - 3, jump.name, "middle")
