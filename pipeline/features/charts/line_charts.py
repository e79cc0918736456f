"""Lines over time, or from one group to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pipeline.features.charts import chart_layout as layout
from pipeline.features.charts import look
from pipeline.features.charts.look import CAPITAL, GAP, HAIRLINE, LEADING, QUIET, STROKE
from pipeline.features.charts.scene import Mark, Marker, Point, Rule, Scene

HEIGHT = 165.0
NAMES = 0.34
"""The maximum share of the width for names."""

MOST_MARKED = 16
"""The maximum number of points with a marker each; a line with more has one at its end."""

STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)


class _Name(NamedTuple):
    """The label at the end of a line; ``ideal`` is the height that it should have."""

    lines: list[str]
    x: float
    ideal: float

    @property
    def half(self) -> float:
        return len(self.lines) * LEADING / 2


def draw_lines(plan: layout.Plan) -> Scene:
    data = plan.data
    marks, top = layout.titled(plan)
    top += CAPITAL
    scale_marks = layout.ticks(*_range(plan))
    names = [plan.wrap(series.name, plan.width * NAMES) for series in data.series]
    bottom = top + max(HEIGHT * plan.flatness, sum(len(name) for name in names) * LEADING)
    upward = layout.Scale(float(scale_marks[0]), float(scale_marks[-1]), bottom, top)
    left = layout.grid_width(plan, scale_marks)
    if len(data.series) == 1:
        names = [[plan.text_of(_last(data.series[0].values))]]
    edge = plan.width - plan.widest(line for name in names for line in name) - 2.5 * GAP
    first, last = plan.measure(data.groups[0]) / 2, plan.measure(data.groups[-1]) / 2
    inset = 0 if data.places else min(first, (edge - left) / len(data.groups) / 2)
    places = data.places or tuple(map(float, range(len(data.groups))))
    spread = (places[0], places[-1]) if len(places) > 1 else (places[0] - 1, places[0] + 1)
    across = layout.Scale(
        *spread, left + GAP + inset, edge - (0 if data.places else min(last, inset))
    )
    marks += layout.grid(plan, scale_marks, left, edge, upward)
    if upward.low <= 0:
        zero = upward.at(0)
        marks.append(Rule(((left, zero), (edge, zero)), QUIET, 0.75))
    ends, strokes = [], plan.palette.lines
    for number, series in enumerate(data.series):
        points = [
            None if value is None else (across.at(place), upward.at(value))
            for place, value in zip(places, series.values, strict=True)
        ]
        marks += _line(points, strokes[number % len(strokes)])
        present = [point for point in points if point]
        if present:
            ends.append(_Name(names[number], *present[-1]))
    marks += _names(ends, edge, top, bottom)
    below, height = _below(plan, places, across, bottom)
    marks += below
    foot, height = layout.footed(plan, left, edge, height)
    marks += foot
    return Scene(plan.width, height + 1, tuple(marks))


def _range(plan: layout.Plan) -> tuple[Decimal, Decimal]:
    """The ends of the scale: it begins at zero, unless all numbers are far from it."""
    values = list(plan.data.numbers)
    low, high = min(values), max(values)
    if low >= 0 and low < high * Decimal("0.6"):
        low = Decimal(0)
    elif high <= 0 and high > low * Decimal("0.6"):
        high = Decimal(0)
    if low == high:
        return (low, low + 1) if low <= 0 else (Decimal(0), high)
    return low, high


def _last(values: tuple[Decimal | None, ...]) -> Decimal:
    return next(value for value in reversed(values) if value is not None)


def _line(points: list[Point | None], stroke: look.Stroke) -> Iterator[Mark]:
    """A line that is interrupted at unknown numbers, and its markers."""
    for is_known, run in itertools.groupby(points, key=lambda point: point is not None):
        path = tuple(point for point in run if point)
        if is_known and len(path) > 1:
            yield Rule(path, stroke.colour, STROKE, stroke.dashes)
    present = [point for point in points if point]
    alone = [
        point
        for before, point, after in zip([None, *points], points, [*points[1:], None], strict=False)
        if point and not before and not after
    ]
    marked = present if len(present) <= MOST_MARKED else dict.fromkeys((*alone, present[-1]))
    for x, y in marked:
        yield Marker(x, y, stroke.shape, stroke.colour)


def _names(ends: list[_Name], edge: float, top: float, bottom: float) -> Iterator[Mark]:
    """The names at the ends of the lines, moved apart if need be, with thin leader lines."""
    ordered = sorted(ends, key=lambda name: name.ideal)
    heights: list[float] = []
    edge_above = top - LEADING / 2
    for name in ordered:
        heights.append(max(name.ideal, edge_above + name.half))
        edge_above = heights[-1] + name.half
    edge_below = bottom + LEADING / 2
    for number in range(len(ordered) - 1, -1, -1):
        heights[number] = min(heights[number], edge_below - ordered[number].half)
        edge_below = heights[number] - ordered[number].half
    for name, height in zip(ordered, heights, strict=True):
        start = edge + 2.5 * GAP
        if abs(height - name.ideal) > 2 or edge - name.x > 4 * GAP:
            path = ((name.x + GAP, name.ideal), (edge + GAP, height), (start - 2, height))
            yield Rule(path, HAIRLINE, 0.6)
        yield from layout.middle_block(start, height, name.lines)


def _below(
    plan: layout.Plan, places: tuple[float, ...], across: layout.Scale, bottom: float
) -> tuple[list[Mark], float]:
    """The names of the groups under the lines, as many as fit; and their lower edge."""
    groups, data = plan.data.groups, plan.data
    marks: list[Mark] = []
    if data.places:
        chosen = _chosen(plan, places, across)
        names = {number: [groups[number]] for number in chosen}
    else:
        slot = (across.end - across.start) / max(1, len(groups) - 1)
        step = max(1, int(-(-len(groups) * LEADING // max(1, across.end - across.start))))
        names = _in_steps(plan, slot, step)
        while any(plan.widest(name) > slot * step for name in names.values()) and len(names) > 1:
            step *= 2
            names = _in_steps(plan, slot, step)
    for number, name in names.items():
        x = across.at(places[number])
        marks.append(Rule(((x, bottom), (x, bottom + 3)), QUIET, 0.5))
        half = plan.widest(name) / 2
        within = min(max(x, half), plan.width - half)
        marks += layout.text_block(within, bottom + GAP, name, "middle")
    return marks, bottom + GAP + LEADING * max(map(len, names.values()))


def _in_steps(plan: layout.Plan, slot: float, step: int) -> dict[int, list[str]]:
    """Every so many names, in lines."""
    chosen = range(0, len(plan.data.groups), step)
    return {number: plan.wrap(plan.data.groups[number], slot * step - GAP) for number in chosen}


def _chosen(plan: layout.Plan, places: tuple[float, ...], across: layout.Scale) -> list[int]:
    """The groups whose names are shown below: round years and numbers, in equal steps."""
    widest = plan.widest(plan.data.groups) + 2 * GAP
    are_whole = all(place == int(place) for place in places)
    for step in STEPS:
        chosen = [
            number
            for number, place in enumerate(places)
            if (place % step == 0 if are_whole else number % step == 0)
        ]
        apart = [across.at(places[b]) - across.at(places[a]) for a, b in itertools.pairwise(chosen)]
        if chosen and all(distance > widest for distance in apart):
            return chosen
    return [0]
