"""Pie charts, with the names of slices next to them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

from pipeline.features.charts import numbers
from pipeline.features.charts.chart_layout import Plan, text_block, titled
from pipeline.features.charts.look import GAP, GREY, LEADING, QUIET
from pipeline.features.charts.scene import Anchor, Fill, Mark, Point, Rule, Scene, Slice

RADIUS = 72.0
REACH = 10.0
"""The distance of names from the disc."""


class _Part(NamedTuple):
    """A slice, with its name and number in lines next to the point ``at``."""

    start: float
    end: float
    lines: list[str]
    number: list[str]
    at: Point

    @property
    def is_right(self) -> bool:
        return (self.start + self.end) / 2 < 0.5


def draw_pie(plan: Plan) -> Scene:
    marks, top = titled(plan)
    radius = min(RADIUS, plan.width * 0.22)
    centre = plan.width / 2
    parts = _parts(plan, radius, plan.width / 2 - radius - REACH - GAP)
    right = _spread([part for part in parts if part.is_right])
    left = _spread([part for part in reversed(parts) if not part.is_right])
    edges = [0.0, *(y + sign * _half(part) for part, y in (*right, *left) for sign in (-1, 1))]
    middle = top + max(radius + 2, -min(edges))
    for number, part in enumerate(parts):
        fill = _fill(plan.palette.slices, number, len(parts))
        marks.append(Slice(centre, middle, radius, part.start, part.end, fill))
    for part, y in (*right, *left):
        marks += _name(part, y, centre, middle, radius)
    return Scene(plan.width, middle + max(radius + 2, max(edges)) + 1, tuple(marks))


def _parts(plan: Plan, radius: float, width: float) -> list[_Part]:
    """The slices, clockwise from the top, in the order of the data; 0 has none."""
    data = plan.data
    values = data.series[0].values
    total = sum((value for value in values if value), Decimal(0))
    parts, before = [], Decimal(0)
    for group, value in zip(data.groups, values, strict=True):
        if not value:
            continue
        start, end = before / total, (before + value) / total
        before += value
        angle = math.tau * float(start + end) / 2
        at = ((radius + REACH) * math.sin(angle), -(radius + REACH) * math.cos(angle))
        lines, number = plan.wrap(group, width), plan.wrap(_share_text(plan, value, total), width)
        parts.append(_Part(float(start), float(end), lines, number, at))
    return parts


def _share_text(plan: Plan, value: Decimal, total: Decimal) -> str:
    """A number, and its share of the whole, unless it is a share itself."""
    if plan.data.unit in ("%", "‰"):
        return plan.text_of(value)
    share = numbers.with_unit(
        numbers.write(100 * value / total, 0, plan.data.lang), "%", plan.data.lang
    )
    return f"{plan.text_of(value)} ({share})"


def _half(part: _Part) -> float:
    return (len(part.lines) + len(part.number)) * LEADING / 2


def _spread(parts: list[_Part]) -> list[tuple[_Part, float]]:
    """The parts of a side from top to bottom, with heights at which their names do not meet."""
    ordered = sorted(parts, key=lambda part: part.at[1])
    heights: list[float] = []
    for part in ordered:
        before = ordered[len(heights) - 1] if heights else None
        lowest = heights[-1] + _half(before) + _half(part) + 2 if before else part.at[1]
        heights.append(max(part.at[1], lowest))
    # A label that has been pushed down too far pulls all others up by half.
    excess = max((y - part.at[1] for part, y in zip(ordered, heights, strict=True)), default=0)
    return [(part, y - excess / 2) for part, y in zip(ordered, heights, strict=True)]


def _fill(shades: tuple[Fill, ...], number: int, count: int) -> Fill:
    """The shades from dark to light, clockwise; many slices alternate."""
    if count <= len(shades):
        return shades[number * (len(shades) - 1) // max(1, count - 1)]
    return shades[(0, 3, 1, 4, 2, 5)[number % 6] % len(shades)]


def _name(part: _Part, y: float, centre: float, middle: float, radius: float) -> list[Mark]:
    marks: list[Mark] = []
    anchor: Anchor = "start" if part.is_right else "end"
    side = 1 if part.is_right else -1
    x, height = part.at
    # No nearer to the disc than its rim at the height of the lines.
    nearest = max(0.0, abs(y) - _half(part))
    clear = math.sqrt(max(0.0, (radius + REACH / 2) ** 2 - nearest**2))
    x = max(abs(x), clear, radius * 0.3) * side
    if math.hypot(x - part.at[0], y - height) > 4:
        rim = (radius + 1) / (radius + REACH)
        start = (centre + part.at[0] * rim, middle + height * rim)
        marks.append(Rule((start, (centre + x, middle + y)), GREY, 0.5))
    side_x, first = centre + x + GAP * side, middle + y - _half(part)
    marks += text_block(side_x, first, part.lines, anchor)
    below = first + len(part.lines) * LEADING
    marks += text_block(side_x, below, part.number, anchor, QUIET)
    return marks
