"""Horizontal bars, with their names before them: for long names or many bars."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.features.charts import bars
from pipeline.features.charts.bars import BETWEEN, Part, abreast, is_stacked
from pipeline.features.charts.chart_layout import Plan, Scale, heading, middle_block, text_block
from pipeline.features.charts.look import CAPITAL, GAP, INK, LEADING, QUIET
from pipeline.features.charts.scene import Box, Label, Mark, Rule, Scene

THICK, THIN = 13.0, 10.0
"""The thickness of a bar that is alone in its group, and of one of several."""

NAMES = 0.4
"""The maximum share of the width for names."""

LEAST_NAMES, SHORTEST = 36.0, 48.0
"""The minimum room for names, and for bars."""


def draw_horizontal(plan: Plan) -> Scene:
    """The bars under each other, each with its number at its end."""
    marks, top = heading(plan)
    if plan.chart.x:
        title = plan.wrap(plan.chart.x, plan.width)
        marks += text_block(0, top, title, colour=QUIET)
        top += len(title) * LEADING + GAP
    before, after = _room(plan)
    limit = min(plan.width * NAMES, max(LEAST_NAMES, plan.width - before - after - SHORTEST))
    names = [plan.wrap(name, limit) for name in plan.data.groups]
    column = plan.widest(line for name in names for line in name) + 2 * GAP
    low, high = bars.span(plan)
    scale = Scale(float(low), float(high), column + before, plan.width - after)
    thick = THICK if abreast(plan) == 1 else THIN
    space = 7 if abreast(plan) == 1 else 9
    group = _Group(plan, thick, scale)
    first = top
    for number, name in enumerate(names):
        height = max(group.height, len(name) * LEADING)
        marks += middle_block(0, top + height / 2, name)
        marks += group.marks(number, top + height / 2)
        top += height + space
    bottom = top - space
    marks.append(Rule(((group.zero, first - 2), (group.zero, bottom + 2)), QUIET, 0.75))
    return Scene(plan.width, bottom + 3, tuple(marks))


def _room(plan: Plan) -> tuple[float, float]:
    """The space that the numbers need before and after the bars."""
    if is_stacked(plan):
        return 0.0, plan.widest(bars.totals(plan)) * 1.1 + GAP
    values = list(plan.data.numbers)
    before = plan.widest(plan.text_of(value) for value in values if value < 0)
    after = plan.widest(plan.text_of(value) for value in values if value >= 0)
    return (before + 2 * GAP if before else 0), after + 2 * GAP


class _Group:
    """Draws the bars of one group after the other."""

    def __init__(self, plan: Plan, thick: float, scale: Scale) -> None:
        self.height = abreast(plan) * (thick + BETWEEN) - BETWEEN
        self.zero = scale.at(0)
        self._plan = plan
        self._thick = thick
        self._scale = scale
        self._totals = bars.totals(plan)

    def marks(self, number: int, middle: float) -> Iterator[Mark]:
        parts = {part.series: part for part in bars.parts(self._plan, number)}
        top = middle - self.height / 2
        for series in range(len(self._plan.data.series)):
            y = top if is_stacked(self._plan) else top + series * (self._thick + BETWEEN)
            if part := parts.get(series):
                yield from self._part(part, y)
            elif not is_stacked(self._plan):
                yield Label(self.zero + GAP, self._baseline(y), self._plan.missing, colour=QUIET)
        if is_stacked(self._plan) and (total := self._totals[number]):
            x = self._scale.at(max(part.end for part in parts.values())) + GAP
            yield Label(x, self._baseline(top), total, colour=INK, bold=True)

    def _part(self, part: Part, y: float) -> Iterator[Mark]:
        start, end = self._scale.at(part.start), self._scale.at(part.end)
        fill = bars.fill(self._plan, part.series)
        box = Box(min(start, end), y, abs(end - start), self._thick, fill)
        if box.width:
            yield box
        if is_stacked(self._plan):
            yield from bars.within(self._plan, part, box)
        elif part.value < 0:
            yield Label(end - GAP, self._baseline(y), self._plan.text_of(part.value), "end")
        else:
            yield Label(end + GAP, self._baseline(y), self._plan.text_of(part.value))

    def _baseline(self, top: float) -> float:
        return top + self._thick / 2 + CAPITAL / 2
