"""Vertical bars, with their names below."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.features.charts import bars
from pipeline.features.charts import chart_layout as layout
from pipeline.features.charts.bars import BETWEEN, Part, abreast, is_stacked
from pipeline.features.charts.look import CAPITAL, GAP, INK, LEADING, QUIET
from pipeline.features.charts.scene import Box, Label, Mark, Rule, Scene

HEIGHT = 150.0
"""The distance from the lowest to the highest end of a bar, in points."""

WIDEST, THINNEST = 44.0, 5.0
"""The minimum and maximum width of a bar."""

SHARE = 0.72
"""The share of a group's space for its bars."""

MOST_LINES = 2
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)


def names_below(plan: layout.Plan) -> list[list[str]] | None:
    """The names of the groups as lines that fit under vertical bars, or None if the bars must be
    horizontal. Some numbers and dates may be left out."""
    data = plan.data
    slot = plan.width / len(data.groups)
    if 0.8 * slot / abreast(plan) < THINNEST:
        return None
    if data.places:
        widest = plan.widest(data.groups) + GAP
        step = next(n for n in STEPS if n * slot > widest or n == STEPS[-1])
        return [[name] if number % step == 0 else [] for number, name in enumerate(data.groups)]
    names = [plan.wrap(name, slot - GAP) for name in data.groups]
    words = (word for name in data.groups for word in name.split())
    fits = max(map(len, names)) <= MOST_LINES and plan.widest(words) <= slot - GAP
    return names if fits else None


def draw_upright(plan: layout.Plan, names: list[list[str]]) -> Scene:
    """The bars, with their numbers if there is room for all of them, or else with a scale."""
    marks, top = layout.heading(plan)
    low, high = bars.span(plan)
    left = 0.0
    lines: list[Decimal] = []
    is_labelled = _has_room(plan, plan.width / len(names))
    if not is_labelled:
        lines = layout.ticks(low, high)
        low, high, left = lines[0], lines[-1], layout.grid_width(plan, lines)
    slot = (plan.width - left) / len(names)
    top += LEADING if is_labelled else CAPITAL / 2
    bottom = top + HEIGHT * plan.flatness
    scale = layout.Scale(float(low), float(high), bottom, top)
    marks += layout.grid(plan, lines, left, plan.width, scale)
    below = bottom + GAP + (LEADING if is_labelled and low < 0 else 0)
    group = _Group(plan, _bar(plan, slot), scale, is_labelled)
    for number, name in enumerate(names):
        middle = left + slot * (number + 0.5)
        marks += group.marks(number, middle)
        half = plan.widest(name) / 2
        marks += layout.text_block(min(max(middle, half), plan.width - half), below, name, "middle")
    marks.append(Rule(((left, scale.at(0)), (plan.width, scale.at(0))), QUIET, 0.75))
    height = below + LEADING * max(map(len, names))
    foot, height = layout.footed(plan, left, plan.width, height)
    marks += foot
    return Scene(plan.width, height + 1, tuple(marks))


def _bar(plan: layout.Plan, slot: float) -> float:
    return min(WIDEST, SHARE * slot / abreast(plan))


def _has_room(plan: layout.Plan, slot: float) -> bool:
    """Return whether the numbers fit over the bars, in slots of this width."""
    if is_stacked(plan):
        return plan.widest(bars.totals(plan)) * 1.1 <= slot - 2
    room = slot - 2 if abreast(plan) == 1 else _bar(plan, slot) + 1
    return plan.widest(map(plan.data.text_of, plan.data.numbers)) <= room


class _Group:
    """Draws the bars of one group after the other."""

    def __init__(
        self, plan: layout.Plan, bar: float, scale: layout.Scale, is_labelled: bool
    ) -> None:
        self._plan = plan
        self._bar = bar
        self._scale = scale
        self._is_labelled = is_labelled
        self._totals = bars.totals(plan)

    def marks(self, number: int, middle: float) -> Iterator[Mark]:
        parts = {part.series: part for part in bars.parts(self._plan, number)}
        left = middle - self._bar * abreast(self._plan) / 2
        for series in range(len(self._plan.data.series)):
            x = left if is_stacked(self._plan) else left + series * self._bar
            if part := parts.get(series):
                yield from self._part(part, x)
            elif not is_stacked(self._plan):
                y = self._scale.at(0) - GAP
                yield Label(x + self._bar / 2, y, self._plan.missing, "middle", QUIET)
        if is_stacked(self._plan) and self._is_labelled and (total := self._totals[number]):
            y = self._scale.at(max(part.end for part in parts.values())) - GAP + 0.5
            yield Label(middle, y, total, "middle", INK, bold=True)

    def _part(self, part: Part, x: float) -> Iterator[Mark]:
        start, end = self._scale.at(part.start), self._scale.at(part.end)
        inset = BETWEEN / 2 if abreast(self._plan) > 1 else 0
        width, fill = self._bar - 2 * inset, bars.fill(self._plan, part.series)
        box = Box(x + inset, min(start, end), width, abs(end - start), fill)
        if box.height:
            yield box
        if not self._is_labelled:
            return
        if is_stacked(self._plan):
            yield from bars.within(self._plan, part, box)
        else:
            y = end - GAP + 0.5 if part.value >= 0 else end + GAP + CAPITAL
            yield Label(x + self._bar / 2, y, self._plan.text_of(part.value), "middle")
