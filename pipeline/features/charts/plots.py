"""Charts of each kind: bars, lines and pies, with their headings, keys and scales."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from pipeline.features.charts import data, drawing
from pipeline.features.charts.data import Data
from pipeline.features.charts.drawing import (
    CAPITAL,
    GAP,
    GREY,
    HAIRLINE,
    INK,
    LEADING,
    QUIET,
    STROKE,
    Anchor,
    Box,
    Fill,
    Label,
    Mark,
    Marker,
    Point,
    Rule,
    Scene,
    Slice,
    text_on,
)
from pipeline.model import Chart
from pipeline.model.late import late

# --- chart layout ----------------------------------------------------------------------------
# Shared parts of charts: wrapped texts, headings, keys, and scales.

Measure: TypeAlias = Callable[[str], float]
"""A function for the width of a text, in points."""

# After a space or a hyphen, and between the characters of scripts without spaces.
_BREAK = late(r"(?<=\s)|(?<=\w[-–/])(?=\w)|(?<=[\u3040-\u9fff])(?=[\u3040-\u9fff])")


MOST_DRAWN = 300
"""Characters of a name in a drawing; the table next to it has the full name."""


class Plan(NamedTuple):
    """A chart to draw at a given width; ``missing`` stands for a missing number, and ``flatness``
    is the fraction of the usual height."""

    chart: Chart
    data: Data
    width: float
    measure: Measure
    missing: str = "–"
    palette: drawing.Palette = drawing.COLOURED
    flatness: float = 1.0

    def wrap(self, text: str, width: float) -> list[str]:
        """The text in lines of a maximum width; a word that is too long is broken anywhere. Of a
        text too long to be a name, only the beginning is drawn."""
        if len(text) > MOST_DRAWN:
            text = f"{text[: MOST_DRAWN - 1]}…"
        lines = [""]
        for part in _BREAK.split(text):
            longer = lines[-1] + part
            if lines[-1].strip() and self.measure(longer.strip()) > width:
                lines.append(part)
            else:
                lines[-1] = longer
            while len(lines[-1].strip()) > 1 and self.measure(lines[-1].strip()) > width:
                lines[-1:] = self._break_word(lines[-1].strip(), width)
        return [line.strip() for line in lines]

    def _break_word(self, word: str, width: float) -> tuple[str, str]:
        """As much of a word as fits, at least one character, and the rest."""
        count = max(1, int(len(word) * width / self.measure(word)))
        while count > 1 and self.measure(word[:count]) > width:
            count -= 1
        return word[:count], word[count:]

    def widest(self, texts: Iterable[str]) -> float:
        return max(map(self.measure, texts), default=0)

    def text_of(self, value: Decimal | None) -> str:
        return self.missing if value is None else self.data.text_of(value)

    @property
    def heading(self) -> str:
        return self.data.caption_of_numbers(self.chart)


def text_block(
    x: float, y: float, lines: Iterable[str], anchor: Anchor = "start", colour: str = ""
) -> Iterator[Label]:
    """Lines of text under each other; ``y`` is the top of the first."""
    for number, line in enumerate(lines):
        yield Label(x, y + number * LEADING + LEADING - 2.6, line, anchor, colour)


def middle_block(x: float, y: float, lines: list[str]) -> Iterator[Label]:
    """Lines of text with their middle at the height ``y``."""
    top = y - (len(lines) - 1) * LEADING / 2
    for number, line in enumerate(lines):
        yield Label(x, top + number * LEADING + CAPITAL / 2, line)


def put_title(plan: Plan, gap: float = GAP) -> tuple[list[Mark], float]:
    """The caption of the numbers, at the top; and the position of the rest, after a gap."""
    if not plan.heading:
        return [], 0.0
    lines = plan.wrap(plan.heading, plan.width)
    return [*text_block(0, 0, lines, colour=QUIET)], len(lines) * LEADING + gap


def put_foot(plan: Plan, left: float, right: float, height: float) -> tuple[Iterable[Mark], float]:
    """The caption of the groups, below the rest, which ends at a height; and where it ends."""
    if not plan.chart.x:
        return (), height
    lines = plan.wrap(plan.chart.x, right - left)
    block = text_block((left + right) / 2, height + 2, lines, "middle", QUIET)
    return block, height + 2 + len(lines) * LEADING


def heading(plan: Plan) -> tuple[list[Mark], float]:
    """The caption of the numbers, and the key to several series; and where the rest begins."""
    marks, top = put_title(plan, 1.5 * GAP)
    if len(plan.data.series) > 1:
        size, bars = 8.5, plan.palette.bars
        entries, top = key(
            plan, top, [series.name for series in plan.data.series], size,
            lambda number, x, top: Box(x, top + 1.2, size, size, bars[number % len(bars)]),
        )  # fmt: skip
        return [*marks, *entries], top + 2 * GAP
    return marks, top


def key(
    plan: Plan, top: float, names: Iterable[str], size: float, sample: Callable[..., Mark]
) -> tuple[list[Mark], float]:
    """Names, each after a ``sample`` of this ``size``, given its number and place; and the end."""
    marks: list[Mark] = []
    x = 0.0
    for number, name in enumerate(names):
        lines = plan.wrap(name, plan.width - size - GAP)
        width = size + GAP + plan.widest(lines)
        if x and x + width > plan.width:
            x, top = 0.0, top + LEADING + 2
        marks += sample(number, x, top), *text_block(x + size + GAP, top, lines)
        top += (len(lines) - 1) * LEADING
        x += width + 4 * GAP
    return marks, top + LEADING


class Scale(NamedTuple):
    """Converts numbers to points: ``low`` is drawn at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: Decimal, high: Decimal, most: int = 5) -> list[Decimal]:
    """Round numbers from at most ``low`` to at least ``high``, in equal steps."""
    span = high - low or Decimal(1)
    step = Decimal(1).scaleb((span / most).adjusted())
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor * most >= span)
    first, last = (low / step).__floor__(), -((-high / step).__floor__())
    return [step * number for number in range(first, last + 1)]


def grid(
    plan: Plan, marks: list[Decimal], left: float, right: float, scale: Scale
) -> Iterator[Mark]:
    """Light lines across, with their numbers to the left of ``left``."""
    for mark, text in zip(marks, _numbers(plan, marks), strict=True):
        y = scale.at(mark)
        if mark:
            yield Rule(((left, y), (right, y)), HAIRLINE, 0.5)
        yield Label(left - GAP, y + CAPITAL / 2, text, "end", QUIET)


def grid_width(plan: Plan, marks: list[Decimal]) -> float:
    """The width of a grid's numbers."""
    return plan.widest(_numbers(plan, marks)) + GAP


def _numbers(plan: Plan, marks: list[Decimal]) -> list[str]:
    exponents = (int(mark.normalize().as_tuple().exponent) for mark in marks)
    data = plan.data._replace(decimals=max(0, -min(exponents, default=0)))
    return [data.text_of(mark) for mark in marks]


# --- bars ------------------------------------------------------------------------------------
# Shared parts of bar charts: drawing the bars of a group, side by side or stacked.

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


def parts_of(plan: Plan, group: int) -> list[Part]:
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
    ends = [part.end for group in groups for part in parts_of(plan, group)]
    low, high = min(Decimal(0), *ends), max(Decimal(0), *ends)
    return low, high if high > low else Decimal(1)


def fill_of(plan: Plan, number: int) -> Fill:
    return plan.palette.bars[number % len(plan.palette.bars)]


def put_within(plan: Plan, part: Part, box: Box) -> Iterator[Mark]:
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
    return [_total(plan, parts_of(plan, group)) for group in range(len(plan.data.groups))]


def _total(plan: Plan, of: list[Part]) -> str:
    values = [part.value for part in of]
    if len(values) < 2 or min(values) < 0 or plan.data.unit in ("%", "‰"):
        return ""
    return plan.text_of(sum(values, Decimal(0)))


# --- vertical --------------------------------------------------------------------------------
# Vertical bars, with their names below.

COLUMNS_HEIGHT = 150.0
"""The distance from the lowest to the highest end of a bar, in points."""

WIDEST, THINNEST = 44.0, 5.0
"""The minimum and maximum width of a bar."""

SHARE = 0.72
"""The share of a group's space for its bars."""

MOST_LINES = 2
COLUMN_STEPS = (1, 2, 5, 10, 20, 50, 100, 200)


def names_below(plan: Plan) -> list[list[str]] | None:
    """The names of the groups as lines that fit under vertical bars, or None if the bars must be
    horizontal. Some numbers and dates may be left out."""
    data = plan.data
    slot = plan.width / len(data.groups)
    if 0.8 * slot / abreast(plan) < THINNEST:
        return None
    if data.places:
        widest = plan.widest(data.groups) + GAP
        step = next(n for n in COLUMN_STEPS if n * slot > widest or n == COLUMN_STEPS[-1])
        return [[name] if number % step == 0 else [] for number, name in enumerate(data.groups)]
    names = [plan.wrap(name, slot - GAP) for name in data.groups]
    words = (word for name in data.groups for word in name.split())
    fits = max(map(len, names)) <= MOST_LINES and plan.widest(words) <= slot - GAP
    return names if fits else None


def draw_upright(plan: Plan, names: list[list[str]]) -> Scene:
    """The bars, with their numbers if there is room for all of them, or else with a scale."""
    marks, top = heading(plan)
    low, high = span(plan)
    left = 0.0
    lines: list[Decimal] = []
    is_labelled = _has_room(plan, plan.width / len(names))
    if not is_labelled:
        lines = ticks(low, high)
        low, high, left = lines[0], lines[-1], grid_width(plan, lines)
    slot = (plan.width - left) / len(names)
    top += LEADING if is_labelled else CAPITAL / 2
    bottom = top + COLUMNS_HEIGHT * plan.flatness
    scale = Scale(float(low), float(high), bottom, top)
    marks += grid(plan, lines, left, plan.width, scale)
    below = bottom + GAP + (LEADING if is_labelled and low < 0 else 0)
    group = _Columns(plan, _bar(plan, slot), scale, is_labelled)
    for number, name in enumerate(names):
        middle = left + slot * (number + 0.5)
        marks += group.marks(number, middle)
        half = plan.widest(name) / 2
        marks += text_block(min(max(middle, half), plan.width - half), below, name, "middle")
    marks.append(Rule(((left, scale.at(0)), (plan.width, scale.at(0))), QUIET, 0.75))
    height = below + LEADING * max(map(len, names))
    foot, height = put_foot(plan, left, plan.width, height)
    marks += foot
    return Scene(plan.width, height + 1, tuple(marks))


def _bar(plan: Plan, slot: float) -> float:
    return min(WIDEST, SHARE * slot / abreast(plan))


def _has_room(plan: Plan, slot: float) -> bool:
    """Return whether the numbers fit over the bars, in slots of this width."""
    if is_stacked(plan):
        return plan.widest(totals(plan)) * 1.1 <= slot - 2
    room = slot - 2 if abreast(plan) == 1 else _bar(plan, slot) + 1
    return plan.widest(map(plan.data.text_of, plan.data.numbers)) <= room


class _Columns:
    """Draws the bars of one group after the other."""

    def __init__(self, plan: Plan, bar: float, scale: Scale, is_labelled: bool) -> None:
        self._plan = plan
        self._bar = bar
        self._scale = scale
        self._is_labelled = is_labelled
        self._totals = totals(plan)

    def marks(self, number: int, middle: float) -> Iterator[Mark]:
        parts = {part.series: part for part in parts_of(self._plan, number)}
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
        width, fill = self._bar - 2 * inset, fill_of(self._plan, part.series)
        box = Box(x + inset, min(start, end), width, abs(end - start), fill)
        if box.height:
            yield box
        if not self._is_labelled:
            return
        if is_stacked(self._plan):
            yield from put_within(self._plan, part, box)
        else:
            y = end - GAP + 0.5 if part.value >= 0 else end + GAP + CAPITAL
            yield Label(x + self._bar / 2, y, self._plan.text_of(part.value), "middle")


# --- horizontal ------------------------------------------------------------------------------
# Horizontal bars, with their names before them: for long names or many bars.

THICK, THIN = 13.0, 10.0
"""The thickness of a bar that is alone in its group, and of one of several."""

NAMES_SHARE = 0.4
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
    limit = min(plan.width * NAMES_SHARE, max(LEAST_NAMES, plan.width - before - after - SHORTEST))
    names = [plan.wrap(name, limit) for name in plan.data.groups]
    column = plan.widest(line for name in names for line in name) + 2 * GAP
    low, high = span(plan)
    scale = Scale(float(low), float(high), column + before, plan.width - after)
    thick = THICK if abreast(plan) == 1 else THIN
    space = 7 if abreast(plan) == 1 else 9
    group = _Rows(plan, thick, scale)
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
        return 0.0, plan.widest(totals(plan)) * 1.1 + GAP
    values = list(plan.data.numbers)
    before = plan.widest(plan.text_of(value) for value in values if value < 0)
    after = plan.widest(plan.text_of(value) for value in values if value >= 0)
    return (before + 2 * GAP if before else 0), after + 2 * GAP


class _Rows:
    """Draws the bars of one group after the other."""

    def __init__(self, plan: Plan, thick: float, scale: Scale) -> None:
        self.height = abreast(plan) * (thick + BETWEEN) - BETWEEN
        self.zero = scale.at(0)
        self._plan = plan
        self._thick = thick
        self._scale = scale
        self._totals = totals(plan)

    def marks(self, number: int, middle: float) -> Iterator[Mark]:
        parts = {part.series: part for part in parts_of(self._plan, number)}
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
        fill = fill_of(self._plan, part.series)
        box = Box(min(start, end), y, abs(end - start), self._thick, fill)
        if box.width:
            yield box
        if is_stacked(self._plan):
            yield from put_within(self._plan, part, box)
        elif part.value < 0:
            yield Label(end - GAP, self._baseline(y), self._plan.text_of(part.value), "end")
        else:
            yield Label(end + GAP, self._baseline(y), self._plan.text_of(part.value))

    def _baseline(self, top: float) -> float:
        return top + self._thick / 2 + CAPITAL / 2


# --- line charts -----------------------------------------------------------------------------
# Lines over time, or from one group to the next.

LINES_HEIGHT = 165.0
LINE_NAMES_SHARE = 0.34
"""The maximum share of the width for names."""

MOST_MARKED = 16
"""The maximum number of points with a marker each; a line with more has one at its end."""

LINE_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)


class _Name(NamedTuple):
    """The label at the end of a line; ``ideal`` is the height that it should have."""

    lines: list[str]
    x: float
    ideal: float

    @property
    def half(self) -> float:
        return len(self.lines) * LEADING / 2


def draw_lines(plan: Plan) -> Scene:
    data = plan.data
    marks, top = put_title(plan)
    top += CAPITAL
    scale_marks = ticks(*_range(plan))
    names = [plan.wrap(series.name, plan.width * LINE_NAMES_SHARE) for series in data.series]
    bottom = top + max(LINES_HEIGHT * plan.flatness, sum(len(name) for name in names) * LEADING)
    upward = Scale(float(scale_marks[0]), float(scale_marks[-1]), bottom, top)
    left = grid_width(plan, scale_marks)
    if len(data.series) == 1:
        names = [[plan.text_of(_last(data.series[0].values))]]
    edge = plan.width - plan.widest(line for name in names for line in name) - 2.5 * GAP
    first, last = plan.measure(data.groups[0]) / 2, plan.measure(data.groups[-1]) / 2
    inset = 0 if data.places else min(first, (edge - left) / len(data.groups) / 2)
    places = data.places or tuple(map(float, range(len(data.groups))))
    spread = (places[0], places[-1]) if len(places) > 1 else (places[0] - 1, places[0] + 1)
    across = Scale(*spread, left + GAP + inset, edge - (0 if data.places else min(last, inset)))
    marks += grid(plan, scale_marks, left, edge, upward)
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
    below, height = _put_below(plan, places, across, bottom)
    marks += below
    foot, height = put_foot(plan, left, edge, height)
    marks += foot
    return Scene(plan.width, height + 1, tuple(marks))


def _range(plan: Plan) -> tuple[Decimal, Decimal]:
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


def _line(points: list[Point | None], stroke: drawing.Stroke) -> Iterator[Mark]:
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
        yield from middle_block(start, height, name.lines)


def _put_below(
    plan: Plan, places: tuple[float, ...], across: Scale, bottom: float
) -> tuple[list[Mark], float]:
    """The names of the groups under the lines, as many as fit; and their lower edge."""
    groups, data = plan.data.groups, plan.data
    marks: list[Mark] = []
    if data.places:
        chosen = _choose_groups(plan, places, across)
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
        marks += text_block(within, bottom + GAP, name, "middle")
    return marks, bottom + GAP + LEADING * max(map(len, names.values()))


def _in_steps(plan: Plan, slot: float, step: int) -> dict[int, list[str]]:
    """Every so many names, in lines."""
    chosen = range(0, len(plan.data.groups), step)
    return {number: plan.wrap(plan.data.groups[number], slot * step - GAP) for number in chosen}


def _choose_groups(plan: Plan, places: tuple[float, ...], across: Scale) -> list[int]:
    """The groups whose names are shown below: round years and numbers, in equal steps."""
    widest = plan.widest(plan.data.groups) + 2 * GAP
    are_whole = all(place == int(place) for place in places)
    for step in LINE_STEPS:
        chosen = [
            number
            for number, place in enumerate(places)
            if (place % step == 0 if are_whole else number % step == 0)
        ]
        apart = [across.at(places[b]) - across.at(places[a]) for a, b in itertools.pairwise(chosen)]
        if chosen and all(distance > widest for distance in apart):
            return chosen
    return [0]


# --- pies ------------------------------------------------------------------------------------
# Pie charts, with the names of slices next to them.

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
    marks, top = put_title(plan)
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
    share = data.with_unit(data.write(100 * value / total, 0, plan.data.lang), "%", plan.data.lang)
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
