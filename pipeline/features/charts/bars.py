"""Shared parts of bar charts: drawing the bars of a group, side by side or stacked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pipeline.features.charts.chart_layout import Plan
from pipeline.features.charts.look import CAPITAL, LEADING, text_on
from pipeline.features.charts.scene import Box, Fill, Label, Mark

BETWEEN = 1.5
"""The space between the bars of a group."""


class Part(NamedTuple):
    """A bar: its series, its label, and its start and end."""

    series: int
    value: Decimal
    start: Decimal
    end: Decimal


def is_stacked(plan: Plan) -> bool:
    return plan.chart.kind == "stacked"


def abreast(plan: Plan) -> int:
    """The number of bars side by side in a group."""
    return 1 if is_stacked(plan) else len(plan.data.series)


def parts(plan: Plan, group: int) -> list[Part]:
    """The bars of a group; if stacked, negative ones go down from zero."""
    bars = []
    ends = {True: Decimal(0), False: Decimal(0)}
    for number, series in enumerate(plan.data.series):
        value = series.values[group]
        if value is None:
            continue
        start = ends[value >= 0] if is_stacked(plan) else Decimal(0)
        ends[value >= 0] = start + value
        bars.append(Part(number, value, start, start + value))
    return bars


def span(plan: Plan) -> tuple[Decimal, Decimal]:
    """The lowest and highest ends of all bars, including zero."""
    groups = range(len(plan.data.groups))
    ends = [part.end for group in groups for part in parts(plan, group)]
    low, high = min(Decimal(0), *ends), max(Decimal(0), *ends)
    return low, high if high > low else Decimal(1)


def fill(plan: Plan, number: int) -> Fill:
    return plan.palette.bars[number % len(plan.palette.bars)]


def within(plan: Plan, part: Part, box: Box) -> Iterator[Mark]:
    """The number inside its part of a bar, if it has room there."""
    text = plan.text_of(part.value)
    width = plan.measure(text)
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if box.height >= LEADING and width + 2 * BETWEEN <= box.width:
        if box.fill.hatch:
            yield Box(x - width / 2 - 2, y - 5, width + 4, 10, Fill(box.fill.colour))
        yield Label(x, y + CAPITAL / 2, text, "middle", text_on(box.fill))


def totals(plan: Plan) -> list[str]:
    """The sum of each group's parts, or "" if they are percentages, negative, or too few."""
    return [_total(plan, parts(plan, group)) for group in range(len(plan.data.groups))]


def _total(plan: Plan, of: list[Part]) -> str:
    values = [part.value for part in of]
    if len(values) < 2 or min(values) < 0 or plan.data.unit in ("%", "‰"):
        return ""
    return plan.text_of(sum(values, Decimal(0)))
